// The trained wordings (wordings.h) of questions that offer two answers.
#include "train/text_templates/wordings.h"

namespace edgevlm::train {
namespace {

using enum QuestionForm;

constexpr FormWording kTrainedEitherWordings[] = {
    {kEitherSide,
     "is {0} [left or right|right or left|to the left or right|to the left or to the right|to the "
     "right or to the left|on the left or on the right|on the left or the right|on the left or "
     "right|on the right or the left] of {1}?"},
    {kEitherSide, "is {0} [further |more |][left or right|to the left or to the right] than {1}?"},
    {kEitherSide, "[on|to] [which|what] side of {1} is {0}?"},
    {kEitherSide, "[on which|on what|which|what] side of {1} [is|do you see|can you see] {0} on?"},
    {kEitherSide, "{0} is on [which|what] side of {1}[|, left or right]?"},
    {kEitherSide,
     "[tell me|can you tell me|please say|i wonder|do you know] [if|whether] {0} is [left or "
     "right|to the left or to the right|on the left or on the right] of {1}"},
    {kEitherSide, "seen from {1}, is {0} [left or right|to the left or to the right]?"},
    {kEitherSide, "does {0} [lie|stand|sit] [left or right|to the left or to the right] of {1}?"},
    {kEitherSide, "left or right: where is {0}, seen from {1}?"},

    {kEitherHeight, "is {0} [above or below|below or above|over or under] {1}?"},
    {kEitherHeight, "is {0} above {1} or [below it|below|is it below]?"},
    {kEitherHeight,
     "[tell me|can you tell me|please say|i wonder|do you know] [if|whether] {0} is [above or "
     "below|below or above] {1}"},
    {kEitherHeight, "seen from {1}, is {0} [above or below|below or above]?"},
    {kEitherHeight, "does {0} [lie|stand|sit] [above or below|below or above] {1}?"},
    {kEitherHeight, "above or below: where is {0}, seen from {1}?"},

    {kEitherSideOfAll,
     "is {0} [on the left or on the right|on the left or right|on the left or the right|on the "
     "right or on the left|left or right|to the left or to the right][| of the @| in the @| "
     "side]?"},
    {kEitherSideOfAll,
     "is {0} [in|on] the [left or right|right or left] [half|side|part][| of the @]?"},
    {kEitherSideOfAll, "[on|in] which [side|half] [of the @ |]is {0}, left or right?"},
    {kEitherSideOfAll,
     "[tell me|can you tell me|please say] [if|whether] {0} is on the left or on the right"},

    {kEitherEnd,
     "is {0} [at|near|towards] the [top or bottom|top or the bottom|bottom or the top][| of the "
     "@]?"},
    {kEitherEnd, "is {0} at the top or at the bottom[| of the @]?"},
    {kEitherEnd, "is {0} in the [upper or lower|top or bottom] [half|part][| of the @]?"},
    {kEitherEnd,
     "[tell me|can you tell me|please say] [if|whether] {0} is at the top or the bottom"},

    {kEitherColor, "is {0} {1} or {2}?"},
    {kEitherColor, "is {0} {1}, or is it {2}?"},
    {kEitherColor, "[what|which] color [is|has] {0}[,|:] {1} or {2}?"},
    {kEitherColor, "{0}[:|,] {1} or {2}?"},
    {kEitherColor, "is the color of {0} {1} or {2}?"},
    {kEitherColor,
     "[tell me|can you tell me|please say|i wonder|do you know] [if|whether] {0} is {1} or {2}"},

    {kEitherThing, "is [this|it|that] {0} or {1}?"},
    {kEitherThing, "is there {0} or {1}[| here| in the @]?"},
    {kEitherThing, "do you see {0} or {1}[| here| in the @]?"},
    {kEitherThing, "[does the @ show|is that|can you see] {0} or {1}?"},
    {kEitherThing,
     "[what is it|what is this|what is there|which is it|what do you see][,|:] {0} or "
     "{1}?"},
    {kEitherThing,
     "[tell me|can you tell me|please say] [if|whether] [this|it|there] is {0} or {1}"},
};

}  // namespace

std::span<const FormWording> TrainedEitherWordings() { return kTrainedEitherWordings; }

}  // namespace edgevlm::train
