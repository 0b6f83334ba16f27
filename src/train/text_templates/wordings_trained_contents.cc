// The trained wordings (wordings.h) of the contents of an image.
#include "train/text_templates/wordings.h"

namespace edgevlm::train {
namespace {

using enum QuestionForm;

constexpr FormWording kTrainedContentWordings[] = {
    {kHowManyThings,
     "how many [things|objects|items] [are there|can you see|do you see|are shown|are visible][| "
     "in the @| in this @| in total| altogether| here]?"},
    {kHowManyThings, "how many [things|objects|items] does [the|this] @ [show|contain|have]?"},
    {kHowManyThings,
     "[count|please count|can you count] [the|all|all the] [things|objects|items][| in the @| you "
     "see| for me]"},
    {kHowManyThings,
     "[tell me|could you tell me|can you tell me|i want to know] how many [things|objects] [there "
     "are|you can see|are in the @]"},
    {kHowManyThings, "what is the [total |]number of [things|objects|items][| in the @]?"},
    {kHowManyThings, "[number|count] of [things|objects|items]?"},
    {kHowManyThings, "how many are there[| in total]?"},
    {kHowManyThings,
     "[any idea|may i ask|i wonder|do you happen to know|can you find out|let me know|find out|i "
     "would love to know|please say|guess] how many [things|objects] there are?"},
    {kHowManyThings, "how many [things|objects] have you counted?"},

    {kHowMany,
     "how many {0} [are there|can you see|do you see|are shown|are visible|are in the @|are in "
     "this @|does the @ show|does the @ have|do you count|can be seen]?"},
    {kHowMany, "how many {0} are [there |]in [the|this|that] @?"},
    {kHowMany, "how many {0} [are there |][in total|altogether|here|exactly]?"},
    {kHowMany, "how many {0}?"},
    {kHowMany,
     "[count|please count|can you count|could you count|count up] [the|all|all the|all of the] "
     "{0}[| in the @| in this @| for me| you see| please]"},
    {kHowMany,
     "[tell me|please tell me|could you tell me|can you tell me|would you tell me|i want to know|i "
     "would like to know|do you know|can you say|say] how many {0} [there are|you see|you can "
     "see|are in the @|are shown|are there]"},
    {kHowMany, "what is the number of {0}[| in the @| you see]?"},
    {kHowMany, "[the |]number of {0}[| in the @]?"},
    {kHowMany, "give me the number of {0}"},
    {kHowMany, "what number of {0} [is shown|do you see|are there]?"},
    {kHowMany, "[and |so |]how many {0} [did you find|have you found]?"},
    {kHowMany, "the @ shows how many {0}?"},
    {kHowMany, "there are how many {0}?"},
    {kHowMany,
     "[any idea|may i ask|i wonder|do you happen to know|can you find out|let me know|find out|i "
     "would love to know|please say|guess] how many {0} there are[| in the @]?"},
    {kHowMany, "there must be some {0}, how many?"},
    {kHowMany, "how many {0} have we got[| here]?"},
    {kHowMany, "how often do you see {0}?"},

    {kHowManyKinds,
     "how many [different |][kinds|sorts|types] of [things|objects] [are there|do you see|can you "
     "see|are shown|are visible][| in the @| here]?"},
    {kHowManyKinds, "[count|name] the number of [different |][kinds|sorts] of [things|objects]"},
    {kHowManyKinds, "how many [kinds|sorts|types] of [things|objects] does the @ show?"},
    {kHowManyKinds,
     "[tell me|can you tell me] how many [different |][kinds|sorts|types] there are"},
    {kHowManyKinds, "how many [different kinds|kinds|different types] [are there|do you see]?"},

    {kExists, "[is|isn't] there {0}[| in the @| in this @| here| somewhere| anywhere| in it]?"},
    {kExists,
     "[do you|can you|did you|could you] [see|find|spot|notice] {0}[| in the @| here| anywhere]?"},
    {kExists, "does [the|this] @ [show|contain|have|include] {0}?"},
    {kExists, "[is|was] {0} [in the @|in this @|shown|visible|present|there|in it|to be seen]?"},
    {kExists,
     "[tell me|please tell me|could you tell me|can you tell me|i want to know] [if|whether] "
     "[there is {0}|you see {0}|the @ shows {0}]"},
    {kExists, "[can|could] {0} be [seen|found][| in the @]?"},
    {kExists, "[any sign of|have you seen] {0}?"},
    {kExists, "is it true that there is {0}?"},
    {kExists, "there is {0}, [right|isn't there|correct]?"},
    {kExists,
     "[do you think|would you think|is it correct|is it right|could it be|is it possible|i think|i "
     "believe|it seems] [that |]there is {0}[| in the @]?"},
    {kExists, "i [see|saw] {0}, [is that right|am i wrong|yes or no]?"},
    {kExists, "is there {0}, yes or no?"},

    {kAnyOf, "are there [any |]{0}[| in the @| in this @| here| anywhere| at all]?"},
    {kAnyOf,
     "[do you|can you|did you|could you] [see|find|spot|notice] [any |]{0}[| in the @| here]?"},
    {kAnyOf, "does [the|this] @ [show|contain|have|include] [any |]{0}?"},
    {kAnyOf,
     "[tell me|please tell me|could you tell me|i want to know] [if|whether] there are [any "
     "|]{0}[| in the @]"},
    {kAnyOf, "any {0}[| here| in the @]?"},
    {kAnyOf, "are [any |]{0} [shown|visible|present|in the @]?"},
    {kAnyOf,
     "[do you think|would you think|is it correct|is it right|could it be|is it possible|i think|i "
     "believe|it seems] [that |]there are [any |some |]{0}[| in the @]?"},
    {kAnyOf, "i [see|saw] {0}, [is that right|am i wrong|yes or no]?"},

    {kMissing, "is there no {0}[| in the @| here]?"},
    {kMissing, "is the {0} missing[| in the @| from the @]?"},
    {kMissing, "is it true that there is no {0}?"},
    {kMissing, "[does the @ show|do you see] no {0}?"},
    {kMissing,
     "[do you think|would you think|is it correct|is it right|could it be|is it possible|i think|i "
     "believe|it seems] [that |]there is no {0}[| in the @]?"},

    {kMissingAny, "are there no {0}[| in the @| here]?"},
    {kMissingAny, "are {0} missing[| in the @| from the @]?"},
    {kMissingAny, "is it true that there are no {0}?"},
    {kMissingAny, "is the @ without {0}?"},
    {kMissingAny,
     "[do you think|would you think|is it correct|is it right|could it be|is it possible|i think|i "
     "believe|it seems] [that |]there are no {0}[| in the @]?"},
    {kMissingAny, "i see no {0}, is that right?"},

    {kReads,
     "what [does the display|does the screen|does the sign|does it] [read|say|show][| please]?"},
    {kReads,
     "what number [is shown|is on the display|is on the sign|can you read|do you read|do you "
     "see|is it|is displayed|does the display show|does the sign show]?"},
    {kReads, "what is [on|shown on|written on] the [display|screen|sign|panel]?"},
    {kReads,
     "[read|please read|can you read|could you read] [the display|the number|the digits|the "
     "sign|the screen|it][| to me| for me| please]"},
    {kReads,
     "which [number|digits] [is shown|are shown|do you see|does the display show|can you read]?"},
    {kReads,
     "[tell me|could you tell me|please tell me] [the number|what the display reads|what the "
     "display says|the reading|which number you see]"},
    {kReads, "what are the digits[| on the display]?"},
    {kReads, "what is the [number|reading|value]?"},
    {kReads, "what do the digits say?"},
    {kReads, "number on the display?"},
    {kReads,
     "[any idea|may i ask|i wonder|do you happen to know|can you find out|let me know|find out|i "
     "would love to know|please say|guess] what [the display|the sign|it] [says|reads|shows]?"},
    {kReads, "which number has the display?"},
    {kReads, "can you see the number?"},

    {kFirstDigit, "[what|which] [is|digit is|number is] the first [digit|number|one]?"},
    {kFirstDigit,
     "[what's|what is] the [first|leftmost] digit[| on the display| of the number| that you see]?"},
    {kFirstDigit, "[what|which] digit [does the number|does it|does the display] start with?"},
    {kFirstDigit, "[name|read|tell me] the first digit"},

    {kLastDigit, "[what|which] [is|digit is|number is] the last [digit|number|one]?"},
    {kLastDigit,
     "[what's|what is] the [last|rightmost|final] digit[| on the display| of the number| that you "
     "see]?"},
    {kLastDigit, "[what|which] digit [does the number|does it|does the display] end [with|in]?"},
    {kLastDigit, "[name|read|tell me] the last digit"},

    {kHowManyDigits, "how many digits [are there|do you see|can you see|are shown][| in the @]?"},
    {kHowManyDigits, "how many digits [does it|does the display|does the number] [have|show]?"},
    {kHowManyDigits, "[count the digits|the number of digits|number of digits][, please|?|]"},
    {kHowManyDigits, "[what is the number of digits|how many digits]?"},

    {kNumberAbove,
     "is [the number|it|the reading|the value] [larger|greater|bigger|higher|more] than {0}?"},
    {kNumberAbove, "is [the number|it|the reading] above {0}?"},
    {kNumberAbove, "does [it|the display] [show|read] [more than|a number above] {0}?"},

    {kNumberBelow, "is [the number|it|the reading|the value] [smaller|lower|less] than {0}?"},
    {kNumberBelow, "is [the number|it|the reading] below {0}?"},
    {kNumberBelow, "does [it|the display] [show|read] [less than|a number below] {0}?"},

    {kIsEven, "is [the number|it|the last digit|the value] even?"},
    {kIsEven, "is [it|that|this|the display showing] an even number?"},
    {kIsEven, "can [the number|it] be divided by [two|2]?"},

    {kIsOdd, "is [the number|it|the last digit|the value] odd?"},
    {kIsOdd, "is [it|that|this|the display showing] an odd number?"},

    {kHasText, "[is there|do you see|can you see|is there any sign of] [any |]{0}[| in the @]?"},
    {kHasText, "does [the @|it] [contain|have|show] [any |]{0}[| on it]?"},
    {kHasText, "[any {0}|are there any {0}] [here|in the @|to read|in it]?"},
    {kHasText, "is {0} shown[| here| in the @]?"},

    {kReadsThis, "does [the display|the sign|the screen|it] [read|say|show] {0}?"},
    {kReadsThis, "is the [number|reading|value] {0}?"},
    {kReadsThis, "is {0} [shown|displayed|on the display]?"},
    {kReadsThis, "[do you see|can you read] [the number |]{0}?"},
    {kReadsThis,
     "[do you think|would you think|is it correct|is it right|could it be|is it possible|i think|i "
     "believe|it seems] [that |][it|the display] [reads|says|shows] {0}?"},

    {kWhatIsShown,
     "what [do you see|can you see|is there to see|is shown|is there|is visible][| in the @| in "
     "this @| here| on the @]?"},
    {kWhatIsShown, "what is [in|on] [the|this|that] @?"},
    {kWhatIsShown, "what's [in|on] [the|this|that] @?"},
    {kWhatIsShown, "what does [the|this] @ show[| me| us]?"},
    {kWhatIsShown,
     "[tell me|please tell me|could you tell me|can you tell me|i want to know] what [you see|is "
     "in the @|you can see|the @ shows|there is|is shown]"},
    {kWhatIsShown, "what is [this|that|it] a @ of?"},
    {kWhatIsShown, "what am i looking at?"},
    {kWhatIsShown, "what [is|are] in it?"},
    {kWhatIsShown, "what do we see[| here]?"},
    {kWhatIsShown, "what have we got here?"},
    {kWhatIsShown, "what is on [it|here]?"},
    {kWhatIsShown, "[say|name] what you see"},
    {kWhatIsShown, "what's this @ of?"},
    {kWhatIsShown, "what can be seen[| here| in the @]?"},
    {kWhatIsShown, "contents of the @?"},
    {kWhatIsShown, "what does it show?"},
    {kWhatIsShown,
     "[any idea|may i ask|i wonder|do you happen to know|can you find out|let me know|find out|i "
     "would love to know|please say|guess] what [is in the @|you see|it shows|this is a @ of]?"},
    {kWhatIsShown, "what have you seen?"},
    {kWhatIsShown, "anything in the @?"},

    {kWhatThing, "what [is|was] [this|that|it|shown here|the thing]?"},
    {kWhatThing, "what's [this|that|it]?"},
    {kWhatThing, "what [thing|object] is [this|that|shown|it]?"},
    {kWhatThing, "[name|identify] [this|it|that|the thing|the object]"},
    {kWhatThing, "what [kind|sort|type] of [thing|object] is [this|it|that]?"},
    {kWhatThing, "what do you call this?"},
    {kWhatThing, "[tell me|can you tell me] what [this|it] is"},
    {kWhatThing, "which [thing|object] is [this|shown]?"},
    {kWhatThing, "what would you call this?"},
    {kWhatThing, "do you know what this is?"},
    {kWhatThing, "what is the [thing|object] in the @?"},
    {kWhatThing,
     "[any idea|may i ask|i wonder|do you happen to know|can you find out|let me know|find out|i "
     "would love to know|please say|guess] what [this|it|that] is?"},
    {kWhatThing, "what might this be?"},
    {kWhatThing, "what is that thing?"},

    {kWhatIs, "what [is|can you see|do you see|lies|is there|is shown|can be seen] {0}?"},
    {kWhatIs, "what's {0}?"},
    {kWhatIs, "[which|what] [thing|object|item] is {0}?"},
    {kWhatIs,
     "[tell me|please tell me|could you tell me|can you tell me|i want to know] what [is|you "
     "see|lies] {0}"},
    {kWhatIs, "[name|say] what is {0}"},
    {kWhatIs, "what is the [thing|object] {0}?"},
    {kWhatIs, "{0} is what?"},
    {kWhatIs, "{0}, what [is there|do you see]?"},
    {kWhatIs, "what stands {0}?"},
    {kWhatIs, "what is it that is {0}?"},
    {kWhatIs,
     "[any idea|may i ask|i wonder|do you happen to know|can you find out|let me know|find out|i "
     "would love to know|please say|guess] what is {0}?"},
    {kWhatIs, "what did you see {0}?"},
    {kWhatIs, "is there something {0}? what is it?"},
    {kWhatIs, "what thing is {0}?"},
    {kWhatIs, "what have you seen {0}?"},

    {kListThings,
     "[list|please list|name|can you list|could you list|list up] [the|all|all the|all of the] "
     "[things|objects|items][| in the @| you see| please]"},
    {kListThings,
     "what [things|objects|items] [are there|do you see|can you see|are shown|are in the @|are "
     "visible|are in this @]?"},
    {kListThings,
     "which [things|objects|items] [are there|do you see|can you see|are shown|are in the @]?"},
    {kListThings, "[list|name] everything[| in the @| you see| that you see]"},
    {kListThings, "what are the [things|objects][| in the @]?"},
    {kListThings, "[things|objects] in the @?"},
    {kListThings, "[give me|make] a list[| of the things| of the objects| of everything]"},
    {kListThings, "[tell me|please tell me] [all the|which] things [in the @|you see|there are]"},
    {kListThings, "write down [everything|all things|all objects]"},
    {kListThings, "a list of [all things|everything|all objects], please"},
    {kListThings,
     "[any idea|may i ask|i wonder|do you happen to know|can you find out|let me know|find out|i "
     "would love to know|please say|guess] which [things|objects] there are?"},

    {kListOf, "[list|please list|name|can you list] [the|all|all the] {0}[| in the @| you see]"},
    {kListOf, "what {0} [are there|do you see|can you see|are shown|are in the @|are visible]?"},
    {kListOf, "which {0} [are there|do you see|can you see|are shown|are in the @|are visible]?"},
    {kListOf, "what are the {0}[| in the @]?"},
    {kListOf, "what kinds of {0} [are there|do you see]?"},
    {kListOf,
     "[tell me|could you tell me|please tell me] [which|what] {0} [there are|you see|are in the "
     "@]"},
    {kListOf, "{0} in the @?"},
    {kListOf,
     "[any idea|may i ask|i wonder|do you happen to know|can you find out|let me know|find out|i "
     "would love to know|please say|guess] which {0} there are?"},
    {kListOf, "a list of [all |the |]{0}, please"},
    {kListOf, "[what|which] {0} have you seen?"},
    {kListOf, "show me the {0}"},

    {kWhichOf,
     "[what|which] {0} [is this|is that|is it|is shown|do you see|can you see|is in the @|is "
     "there|does the @ show]?"},
    {kWhichOf, "what [kind|sort|type] of {0} [is this|is it|is shown|do you see|is in the @]?"},
    {kWhichOf, "name the {0}[| in the @]"},
    {kWhichOf, "what is the {0}?"},
    {kWhichOf, "[tell me|can you tell me] [what|which] {0} [this is|it is|you see]"},
    {kWhichOf,
     "[any idea|may i ask|i wonder|do you happen to know|can you find out|let me know|find out|i "
     "would love to know|please say|guess] [which|what] {0} [this|it] is?"},
    {kWhichOf, "[what|which] {0} have you seen?"},

    {kWhichShapeOfColor, "[which|what] shape is {0}[| in the @| here]?"},
    {kWhichShapeOfColor, "what is the {0} shape[| in the @| here]?"},
    {kWhichShapeOfColor, "[which|what] shapes are {0}[| in the @]?"},
    {kWhichShapeOfColor, "what {0} shapes [are there|do you see|can you see]?"},
    {kWhichShapeOfColor, "[name|list|find] the {0} shape[|s]"},
    {kWhichShapeOfColor, "[tell me|can you tell me|do you know] [which|what] shape is {0}"},
    {kWhichShapeOfColor, "[which|what] shape has the color {0}?"},
    {kWhichShapeOfColor, "what shape is the {0} [one|thing|object]?"},
    {kWhichShapeOfColor, "what kind of shape is {0}?"},

    {kWhatOfColor, "what is {0}[| in the @| here]?"},
    {kWhatOfColor, "what's {0}?"},
    {kWhatOfColor, "[which|what] [thing|object] is {0}[| in the @]?"},
    {kWhatOfColor, "[which|what] [things|objects] are {0}?"},
    {kWhatOfColor, "what is the {0} [thing|object|one][| in the @]?"},
    {kWhatOfColor, "what's the {0} [thing|object]?"},
    {kWhatOfColor, "what [do you see|can you see|is there] that is {0}?"},
    {kWhatOfColor, "[name|list|find|tell me] [everything|all] [that is |]{0}"},
    {kWhatOfColor, "[tell me|can you tell me|do you know] what is {0}"},
    {kWhatOfColor, "what has the color {0}?"},
    {kWhatOfColor, "what {0} [things|objects] [are there|do you see]?"},

    {kDescribe,
     "describe [the @|this @|it|this|what you see|that @|everything][| to me| for me| in detail| "
     "in words| please]"},
    {kDescribe,
     "[please describe|can you describe|could you describe|would you describe|i want you to "
     "describe] [the @|this @|it|what you see]"},
    {kDescribe,
     "[give me|write|make|i want|i need] a [|short |full |detailed |long |good ]description[| of "
     "the @| of this @| of it]"},
    {kDescribe, "what is [going on|happening][| in the @| in this @| here]?"},
    {kDescribe, "[explain|summarize|describe] [the|this] @"},
    {kDescribe, "what does [the|this] @ look like?"},
    {kDescribe, "tell me [all |everything |more |]about [the @|this @|it|what you see]"},
    {kDescribe, "[describe|tell me] what is [in the @|where|shown]"},
    {kDescribe, "[caption|please caption|add a caption to] [this|the @|this @|it]"},
    {kDescribe, "what can you [say|tell me] about [the|this] @?"},
    {kDescribe, "description[| please| of the @]"},
    {kDescribe, "[give|write|make] [me |]a caption[| for the @| for this @| for this| please]"},
    {kDescribe, "what do you see and where?"},
    {kDescribe, "what is where[| in the @]?"},
    {kDescribe, "where is everything?"},
    {kDescribe, "say in words what [you see|is there]"},
    {kDescribe, "what would you write [below|under] this @?"},
    {kDescribe, "[i am blind|i cannot see it], what is in the @?"},
    {kDescribe, "put the @ into words"},
};

}  // namespace

std::span<const FormWording> TrainedContentWordings() { return kTrainedContentWordings; }

}  // namespace edgevlm::train
