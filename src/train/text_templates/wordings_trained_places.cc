// The trained wordings (wordings.h) of locations, colors and sizes.
#include "train/text_templates/wordings.h"

namespace edgevlm::train {
namespace {

using enum QuestionForm;

constexpr FormWording kTrainedPlaceWordings[] = {
    {kWhere, "where is {0}[| in the @| in this @| located| exactly| please]?"},
    {kWhere, "where's {0}[| in the @]?"},
    {kWhere, "where [do you|can you|did you|could you] [see|find|spot] {0}[| in the @]?"},
    {kWhere, "[in|on|at] which [part|side|corner|area] of the @ is {0}?"},
    {kWhere, "[in|on|at] [what|which] [part|place|position|location] is {0}?"},
    {kWhere, "[what|which] part of the @ [is {0} in|shows {0}]?"},
    {kWhere,
     "[tell me|please tell me|could you tell me|can you tell me|i want to know|do you know|can you "
     "say|show me] where {0} is[| in the @| located]"},
    {kWhere, "what is the [position|location|place] of {0}?"},
    {kWhere, "[locate|find|point to|look for] {0}"},
    {kWhere, "where [would|could] i find {0}?"},
    {kWhere, "where does {0} [stand|lie|sit]?"},
    {kWhere, "where [might|can] {0} be [found|seen]?"},
    {kWhere, "{0} is where?"},
    {kWhere,
     "[any idea|may i ask|i wonder|do you happen to know|can you find out|let me know|find out|i "
     "would love to know|please say|guess] where {0} is?"},
    {kWhere, "can you show me where {0} is?"},
    {kWhere, "i cannot find {0}, where is it?"},
    {kWhere, "where has {0} gone?"},
    {kWhere, "in what spot is {0}?"},

    {kIsAt, "is {0} {1}[| of the @]?"},
    {kIsAt, "[can you see|do you see] {0} {1}?"},
    {kIsAt, "is it true that {0} is {1}?"},
    {kIsAt, "[tell me|can you tell me] [if|whether] {0} is {1}"},
    {kIsAt, "{0} is {1}, [right|isn't it|correct]?"},
    {kIsAt, "does {0} [lie|stand|sit] {1}?"},
    {kIsAt,
     "[do you think|would you think|is it correct|is it right|could it be|is it possible|i think|i "
     "believe|it seems] [that |]{0} is {1}?"},

    {kIsLeft, "is {0} [|further |more |located |placed ]to the left of {1}?"},
    {kIsLeft, "is {0} left of {1}?"},
    {kIsLeft, "is {0} further [to the |]left than {1}?"},
    {kIsLeft, "is {0} on the left [side |]of {1}?"},
    {kIsLeft, "[tell me|can you tell me] [if|whether] {0} is [to the |]left of {1}"},
    {kIsLeft, "does {0} [lie|stand] [to the |]left of {1}?"},
    {kIsLeft, "is {1} to the right of {0}?"},
    {kIsLeft,
     "[do you think|would you think|is it correct|is it right|could it be|is it possible|i think|i "
     "believe|it seems] [that |]{0} is [to the |]left of {1}?"},

    {kIsRight, "is {0} [|further |more |located |placed ]to the right of {1}?"},
    {kIsRight, "is {0} right of {1}?"},
    {kIsRight, "is {0} further [to the |]right than {1}?"},
    {kIsRight, "is {0} on the right [side |]of {1}?"},
    {kIsRight, "[tell me|can you tell me] [if|whether] {0} is [to the |]right of {1}"},
    {kIsRight, "does {0} [lie|stand] [to the |]right of {1}?"},
    {kIsRight, "is {1} to the left of {0}?"},
    {kIsRight,
     "[do you think|would you think|is it correct|is it right|could it be|is it possible|i think|i "
     "believe|it seems] [that |]{0} is [to the |]right of {1}?"},

    {kIsAbove, "is {0} [|somewhere |located |placed ]above {1}?"},
    {kIsAbove, "is {0} over {1}?"},
    {kIsAbove, "is {0} [higher|higher up|further up] than {1}?"},
    {kIsAbove, "[tell me|can you tell me] [if|whether] {0} is [above|higher than] {1}"},
    {kIsAbove, "does {0} [lie|stand] above {1}?"},
    {kIsAbove, "is {1} below {0}?"},
    {kIsAbove, "is {1} under {0}?"},
    {kIsAbove,
     "[do you think|would you think|is it correct|is it right|could it be|is it possible|i think|i "
     "believe|it seems] [that |]{0} is above {1}?"},

    {kIsBelow, "is {0} [|somewhere |located |placed ]below {1}?"},
    {kIsBelow, "is {0} [under|beneath] {1}?"},
    {kIsBelow, "is {0} [lower|lower down|further down] than {1}?"},
    {kIsBelow, "[tell me|can you tell me] [if|whether] {0} is [below|lower than] {1}"},
    {kIsBelow, "does {0} [lie|stand] below {1}?"},
    {kIsBelow, "is {1} above {0}?"},
    {kIsBelow, "is {1} over {0}?"},
    {kIsBelow,
     "[do you think|would you think|is it correct|is it right|could it be|is it possible|i think|i "
     "believe|it seems] [that |]{0} is below {1}?"},

    {kWhichLeft,
     "[which|what|which one|which thing|which of the two] is [further |more |][to the left|left|on "
     "the left], {0} or {1}?"},
    {kWhichLeft, "is {0} or {1} [further left|further to the left|on the left|more to the left]?"},
    {kWhichLeft, "which is [left|further left|on the left]: {0} or {1}?"},
    {kWhichLeft, "what is on the left, {0} or {1}?"},
    {kWhichLeft, "{0} or {1}: which is [further |]left?"},
    {kWhichLeft, "[name|say|guess] which [one |]is [further |]to the left, {0} or {1}"},
    {kWhichLeft, "of {0} and {1}, which is further left?"},

    {kWhichRight,
     "[which|what|which one|which thing|which of the two] is [further |more |][to the "
     "right|right|on the right], {0} or {1}?"},
    {kWhichRight,
     "is {0} or {1} [further right|further to the right|on the right|more to the right]?"},
    {kWhichRight, "which is [right|further right|on the right]: {0} or {1}?"},
    {kWhichRight, "what is on the right, {0} or {1}?"},
    {kWhichRight, "{0} or {1}: which is [further |]right?"},
    {kWhichRight, "[name|say|guess] which [one |]is [further |]to the right, {0} or {1}"},
    {kWhichRight, "of {0} and {1}, which is further right?"},

    {kWhichAbove,
     "[which|what|which one|which thing|which of the two] is [higher|higher up|above the "
     "other|further up|on top], {0} or {1}?"},
    {kWhichAbove, "is {0} or {1} [higher|higher up|further up]?"},
    {kWhichAbove, "which is higher: {0} or {1}?"},
    {kWhichAbove, "{0} or {1}: which is [higher|further up]?"},
    {kWhichAbove, "[name|say|guess] which [one |]is higher [up|], {0} or {1}"},
    {kWhichAbove, "of {0} and {1}, which is higher?"},

    {kWhichBelow,
     "[which|what|which one|which thing|which of the two] is [lower|lower down|below the "
     "other|further down], {0} or {1}?"},
    {kWhichBelow, "is {0} or {1} [lower|lower down|further down]?"},
    {kWhichBelow, "which is lower: {0} or {1}?"},
    {kWhichBelow, "{0} or {1}: which is [lower|further down]?"},
    {kWhichBelow, "[name|say|guess] which [one |]is lower [down|], {0} or {1}"},
    {kWhichBelow, "of {0} and {1}, which is lower?"},

    {kWhichAtEnd, "[which|what] {0} is {1}[| of the @]?"},
    {kWhichAtEnd, "[which|what] {0} [do you see|can you see|is shown|is there] {1}[| of the @]?"},
    {kWhichAtEnd, "which of the {2} [is|lies|stands] {1}?"},
    {kWhichAtEnd, "[name|describe|tell me about] the {0} {1}"},
    {kWhichAtEnd, "what is the {0} {1} [like|called]?"},

    {kWhichSize, "[which|what] {0} [is|looks|seems] {1}[| in the @]?"},
    {kWhichSize, "which [one |]of the {2} is {1}?"},
    {kWhichSize, "[which|what] color [is|has] the {0} that is {1}?"},
    {kWhichSize, "[tell me|can you tell me] which {0} is {1}"},
    {kWhichSize, "of the {2}, which is {1}?"},

    {kSameColor, "[are|do|have] [all |both |all of ]the {0} [of |have |][the same|one] color?"},
    {kSameColor, "are the {0} [the same color|equally colored|all of one color|colored alike]?"},
    {kSameColor, "do the {0} [all |]have the same color?"},
    {kSameColor, "[is the color of|is the color the same for] all [the |]{0}[ the same|]?"},
    {kSameColor, "[tell me|can you tell me] [if|whether] the {0} have the same color"},

    {kAllOfColor, "are {0} [all |]{1}?"},
    {kAllOfColor, "{0} are all {1}, [right|aren't they|correct]?"},
    {kAllOfColor, "[tell me|can you tell me] [if|whether] {0} are all {1}"},

    {kOneOfColor, "is [one|any|one or more|at least one] of {0} {1}?"},
    {kOneOfColor, "are [any|some] of {0} {1}?"},
    {kOneOfColor, "do you see a {1} one among {0}?"},
    {kOneOfColor, "[tell me|can you tell me] [if|whether] [one|any] of {0} is {1}"},

    {kAnythingOfColor, "is [anything|something] {0}[| here| in the @| in it]?"},
    {kAnythingOfColor, "is there [anything|something] [that is |]{0}[| here| in the @]?"},
    {kAnythingOfColor, "[do you see|can you see|does the @ show] anything {0}?"},
    {kAnythingOfColor, "[any {0} thing|anything {0}][| here| in the @]?"},

    {kColorOfOne, "[what|which] color [is|has|does] the {0}[| have]?"},
    {kColorOfOne, "what color is the {0}[| in the @]?"},
    {kColorOfOne, "what is the color of the {0}[| in the @]?"},
    {kColorOfOne, "what color do you see on the {0}?"},
    {kColorOfOne,
     "[tell me|please tell me|could you tell me|can you tell me|i want to know] [the color of the "
     "{0}|what color the {0} is|which color the {0} has]"},
    {kColorOfOne, "color of the {0}?"},
    {kColorOfOne, "the {0} is [what|which] color?"},
    {kColorOfOne, "what color has the {0} got?"},
    {kColorOfOne, "in [what|which] color is the {0}?"},
    {kColorOfOne, "the {0}'s color?"},
    {kColorOfOne, "how is the {0} colored?"},
    {kColorOfOne, "name the color of the {0}"},
    {kColorOfOne, "what's the color of the {0}?"},
    {kColorOfOne, "what color would you say the {0} is?"},
    {kColorOfOne,
     "[any idea|may i ask|i wonder|do you happen to know|can you find out|let me know|find out|i "
     "would love to know|please say|guess] [what|which] color the {0} [is|has]?"},
    {kColorOfOne,
     "[any idea|may i ask|i wonder|do you happen to know|can you find out|let me know|find out|i "
     "would love to know|please say|guess] the color of the {0}?"},
    {kColorOfOne, "what color did the {0} have?"},
    {kColorOfOne, "the color of the {0}, please"},

    {kColorOfSeveral, "[what|which] color [are|have|do] the {0}[| have]?"},
    {kColorOfSeveral, "what color are the {0}[| in the @]?"},
    {kColorOfSeveral, "what is the color of the {0}[| in the @]?"},
    {kColorOfSeveral,
     "[tell me|please tell me|could you tell me|can you tell me|i want to know] [the color of the "
     "{0}|what color the {0} are|which color the {0} have]"},
    {kColorOfSeveral, "color of the {0}?"},
    {kColorOfSeveral, "the {0} are [what|which] color?"},
    {kColorOfSeveral, "in [what|which] color are the {0}?"},
    {kColorOfSeveral, "name the color of the {0}"},
    {kColorOfSeveral, "what's the color of the {0}?"},
    {kColorOfSeveral,
     "[any idea|may i ask|i wonder|do you happen to know|can you find out|let me know|find out|i "
     "would love to know|please say|guess] [what|which] color the {0} [are|have]?"},
    {kColorOfSeveral,
     "[any idea|may i ask|i wonder|do you happen to know|can you find out|let me know|find out|i "
     "would love to know|please say|guess] the color of the {0}?"},
    {kColorOfSeveral, "the color of the {0}, please"},

    {kIsColor, "is {0} {1}[| in color| in the @]?"},
    {kIsColor, "is the color of {0} {1}?"},
    {kIsColor, "is it true that {0} is {1}?"},
    {kIsColor, "[tell me|can you tell me] [if|whether] {0} is {1}"},
    {kIsColor, "{0} is {1}, [right|isn't it|correct]?"},
    {kIsColor, "would you say that {0} is {1}?"},
    {kIsColor,
     "[do you think|would you think|is it correct|is it right|could it be|is it possible|i think|i "
     "believe|it seems] [that |]{0} is {1}?"},

    {kAreColor, "are {0} {1}[| in color| in the @]?"},
    {kAreColor, "is the color of {0} {1}?"},
    {kAreColor, "is it true that {0} are {1}?"},
    {kAreColor, "[tell me|can you tell me] [if|whether] {0} are {1}"},
    {kAreColor, "{0} are {1}, [right|correct]?"},
    {kAreColor,
     "[do you think|would you think|is it correct|is it right|could it be|is it possible|i think|i "
     "believe|it seems] [that |]{0} are {1}?"},

    {kLargest,
     "[what|which|which thing|which one|which object] is the [largest|biggest][| thing| object| "
     "one][| in the @| here]?"},
    {kLargest, "what is the [largest|biggest] [thing|object][| in the @| you see| shown]?"},
    {kLargest, "[name|tell me|find] the [largest|biggest] [thing|object]"},
    {kLargest, "what [thing|object] is [larger|bigger] than the others?"},
    {kLargest, "of all things, which is the [largest|biggest]?"},

    {kSmallest,
     "[what|which|which thing|which one|which object] is the [smallest|tiniest][| thing| object| "
     "one][| in the @| here]?"},
    {kSmallest, "what is the [smallest|tiniest] [thing|object][| in the @| you see| shown]?"},
    {kSmallest, "[name|tell me|find] the smallest [thing|object]"},
    {kSmallest, "what [thing|object] is smaller than the others?"},
    {kSmallest, "of all things, which is the smallest?"},

    {kWhichLarger, "[which|what|which one|which of the two] is [larger|bigger], {0} or {1}?"},
    {kWhichLarger, "is {0} or {1} [larger|bigger]?"},
    {kWhichLarger, "{0} or {1}: which is [bigger|larger]?"},
    {kWhichLarger, "[name|say|guess] which is [larger|bigger], {0} or {1}"},
    {kWhichLarger, "of {0} and {1}, which is [larger|bigger]?"},

    {kWhichSmaller, "[which|what|which one|which of the two] is smaller, {0} or {1}?"},
    {kWhichSmaller, "is {0} or {1} smaller?"},
    {kWhichSmaller, "{0} or {1}: which is smaller?"},
    {kWhichSmaller, "[name|say|guess] which is smaller, {0} or {1}"},
    {kWhichSmaller, "of {0} and {1}, which is smaller?"},

    {kIsLarger, "is {0} [larger|bigger] than {1}?"},
    {kIsLarger, "is {0} [larger|bigger] than {1}, [yes or no|or not]?"},
    {kIsLarger, "does {0} look [larger|bigger] than {1}?"},
    {kIsLarger, "[tell me|can you tell me] [if|whether] {0} is [larger|bigger] than {1}"},
    {kIsLarger,
     "[is it true|do you think|is it right|i think] that {0} is [larger|bigger] than {1}?"},
    {kIsLarger, "{0} is [larger|bigger] than {1}, [right|isn't it|is that so]?"},
    {kIsLarger, "compared to {1}, is {0} [larger|bigger]?"},

    {kIsSmaller, "is {0} [smaller|tinier] than {1}?"},
    {kIsSmaller, "is {0} smaller than {1}, [yes or no|or not]?"},
    {kIsSmaller, "does {0} look smaller than {1}?"},
    {kIsSmaller, "[tell me|can you tell me] [if|whether] {0} is smaller than {1}"},
    {kIsSmaller, "[is it true|do you think|is it right|i think] that {0} is smaller than {1}?"},
    {kIsSmaller, "{0} is smaller than {1}, [right|isn't it|is that so]?"},
    {kIsSmaller, "compared to {1}, is {0} smaller?"},
};

}  // namespace

std::span<const FormWording> TrainedPlaceWordings() { return kTrainedPlaceWordings; }

}  // namespace edgevlm::train
