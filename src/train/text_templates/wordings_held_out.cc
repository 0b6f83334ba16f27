// The held-out wordings (wordings.h). Training never uses these: they test whether the model
// understands wordings that it has not met. Do not move any of them to wordings_trained_*.cc, or
// the other way.
#include "train/text_templates/wordings.h"

namespace edgevlm::train {
namespace {

using enum QuestionForm;

constexpr FormWording kHeldOutWordings[] = {
    {kHowManyThings, "how many different things can i see in this @?"},
    {kHowManyThings, "what is the count of things here?"},
    {kHowManyThings, "so how many objects is that in total?"},
    {kHowManyThings, "i need to know how many things there are"},

    {kHowMany, "what is the count of {0}?"},
    {kHowMany, "i need to know how many {0} there are"},
    {kHowMany, "so how many {0} is that?"},
    {kHowMany, "how many {0} can i see here?"},
    {kHowMany, "find out how many {0} there are"},
    {kHowMany, "in this @, how many {0} do we have?"},
    {kHowMany, "how many of the things are {0}?"},

    {kHowManyKinds, "so how many kinds of things is that?"},
    {kHowManyKinds, "what is the count of different kinds?"},

    {kWhichShapeOfColor, "which of the shapes would you call {0}?"},
    {kWhichShapeOfColor, "i am looking for the {0} shape, what is it?"},

    {kWhatOfColor, "what in this @ would you call {0}?"},
    {kWhatOfColor, "which of the things is {0}?"},

    {kExists, "would you say there is {0} in this @?"},
    {kExists, "is {0} among the things shown?"},
    {kExists, "i am looking for {0}, is it here?"},
    {kExists, "can i see {0} in the @?"},
    {kExists, "do we have {0} here?"},

    {kAnyOf, "would you say there are any {0}?"},
    {kAnyOf, "can i see any {0} here?"},
    {kAnyOf, "do we have any {0}?"},
    {kAnyOf, "i am looking for {0}, are there any?"},

    {kMissing, "so there is no {0} here?"},
    {kMissing, "am i right that there is no {0}?"},

    {kMissingAny, "so there are no {0} here?"},
    {kMissingAny, "am i right that there are no {0}?"},

    {kReads, "what can you read on the display?"},
    {kReads, "which number is written there?"},
    {kReads, "what does the display tell us?"},
    {kReads, "i want to know what the display says"},

    {kReadsThis, "is the display showing {0}?"},
    {kReadsThis, "would you say it reads {0}?"},

    {kTime, "do you know the time?"},
    {kTime, "can you see what time it is there?"},
    {kTime, "i want to know the time"},

    {kTimeIs, "is the clock showing {0}?"},
    {kTimeIs, "would it be {0} there?"},

    {kGaugeReads, "what can you read on the gauge?"},
    {kGaugeReads, "i want to know what the gauge says"},
    {kGaugeReads, "which value does this gauge have?"},

    {kGaugeReadsThis, "is the gauge showing {0}?"},

    {kHowManyBars, "how many bars has the chart?"},
    {kHowManyBars, "i want to know how many bars there are"},

    {kHighestBar, "can you tell which bar is the highest?"},
    {kHighestBar, "what bar is higher than all others?"},

    {kLowestBar, "can you tell which bar is the lowest?"},
    {kLowestBar, "what bar is lower than all others?"},

    {kWhichLamp, "which color has the traffic light?"},
    {kWhichLamp, "what is the color of this traffic light?"},

    {kWhatIsShown, "what have you found in this @?"},
    {kWhatIsShown, "what did you see here?"},
    {kWhatIsShown, "so what is in there?"},
    {kWhatIsShown, "i want to know what this @ shows"},
    {kWhatIsShown, "what can i see in this @?"},

    {kWhatThing, "so what is this thing?"},
    {kWhatThing, "i want to know what this is"},
    {kWhatThing, "what have we here?"},
    {kWhatThing, "what could this be?"},

    {kWhatIs, "what did you find {0}?"},
    {kWhatIs, "what can i see {0}?"},
    {kWhatIs, "do you know what is {0}?"},
    {kWhatIs, "so what have we {0}?"},
    {kWhatIs, "which thing do you see {0}?"},

    {kListThings, "can you name everything in the @?"},
    {kListThings, "which objects have you found?"},
    {kListThings, "write a list of everything you see"},
    {kListThings, "i want a list of the things"},

    {kListOf, "which {0} have you found?"},
    {kListOf, "what {0} can i see here?"},
    {kListOf, "i want a list of the {0}"},
    {kListOf, "do you know which {0} are shown?"},

    {kWhichOf, "do you know which {0} this is?"},
    {kWhichOf, "what {0} can i see here?"},

    {kDescribe, "could you say in words what the @ shows?"},
    {kDescribe, "please write a description of what you see"},
    {kDescribe, "i want to know everything about this @"},

    {kWhere, "could you find {0} for me?"},
    {kWhere, "i am looking for {0}, where is it?"},
    {kWhere, "where did {0} go?"},
    {kWhere, "in which place do you see {0}?"},
    {kWhere, "whereabouts is {0}?"},
    {kWhere, "what is the place of {0} in the @?"},

    {kIsAt, "would you say {0} is {1}?"},
    {kIsAt, "am i right that {0} is {1}?"},

    {kIsLeft, "would you say {0} is to the left of {1}?"},
    {kIsLeft, "can {0} be found left of {1}?"},

    {kIsRight, "would you say {0} is to the right of {1}?"},
    {kIsRight, "can {0} be found right of {1}?"},

    {kIsAbove, "would you say {0} is above {1}?"},
    {kIsAbove, "can {0} be found above {1}?"},

    {kIsBelow, "would you say {0} is below {1}?"},
    {kIsBelow, "can {0} be found below {1}?"},

    {kWhichLeft, "tell me which is further left, {0} or {1}"},
    {kWhichLeft, "who is further to the left, {0} or {1}?"},

    {kWhichRight, "tell me which is further right, {0} or {1}"},
    {kWhichRight, "who is further to the right, {0} or {1}?"},

    {kWhichAbove, "tell me which is higher, {0} or {1}"},
    {kWhichAbove, "who is higher up, {0} or {1}?"},

    {kWhichBelow, "tell me which is lower, {0} or {1}"},
    {kWhichBelow, "who is lower down, {0} or {1}?"},

    {kWhichAtEnd, "so which {0} would that be {1}?"},
    {kWhichAtEnd, "i mean the {0} {1}, which one is it?"},

    {kSameColor, "would you say the {0} share one color?"},
    {kSameColor, "do the {0} match in color?"},

    {kWhichSize, "is there a {0} that is {1}, and which?"},

    {kAllOfColor, "would you say that all of {0} are {1}?"},
    {kOneOfColor, "i am looking for a {1} one, is it one of {0}?"},
    {kAnythingOfColor, "would you call anything {0}?"},

    {kFirstDigit, "which digit comes first?"},
    {kLastDigit, "which digit comes last?"},
    {kHowManyDigits, "of how many digits is the number?"},
    {kNumberAbove, "does it read more than {0}?"},
    {kNumberBelow, "does it read less than {0}?"},
    {kIsEven, "can the number be halved?"},
    {kIsOdd, "would you call the number odd?"},
    {kHasText, "did somebody put {0} on it?"},

    {kColorOfOne, "do you know the color of the {0}?"},
    {kColorOfOne, "what color did you see on the {0}?"},
    {kColorOfOne, "which color would you say the {0} is?"},
    {kColorOfOne, "so what color is that {0}?"},

    {kColorOfSeveral, "do you know the color of the {0}?"},
    {kColorOfSeveral, "which color would you say the {0} are?"},

    {kIsColor, "can you say if {0} is {1}?"},
    {kIsColor, "am i right that {0} is {1}?"},

    {kAreColor, "can you say if {0} are {1}?"},
    {kAreColor, "am i right that {0} are {1}?"},

    {kEitherSide, "would {0} be left or right of {1}?"},
    {kEitherSide, "compared to {1}, is {0} on the left or on the right?"},
    {kEitherSide, "which side is {0}, left or right of {1}?"},

    {kEitherHeight, "would you say {0} is above or below {1}?"},
    {kEitherHeight, "compared to {1}, is {0} above or below?"},

    {kEitherSideOfAll, "would {0} be on the left or on the right?"},
    {kEitherSideOfAll, "left or right, where is {0}?"},

    {kEitherEnd, "would {0} be at the top or at the bottom?"},
    {kEitherEnd, "top or bottom, where is {0}?"},

    {kEitherColor, "would you call {0} {1} or {2}?"},
    {kEitherColor, "does {0} look {1} or {2} to you?"},

    {kEitherThing, "would you say this is {0} or {1}?"},
    {kEitherThing, "which of them is here, {0} or {1}?"},

    {kLargest, "which of the things is the largest?"},
    {kLargest, "what is the biggest of all?"},

    {kSmallest, "which of the things is the smallest?"},
    {kSmallest, "what is the smallest of all?"},

    {kIsLarger, "would you say {0} is larger than {1}?"},
    {kIsLarger, "am i right that {0} is bigger than {1}?"},
    {kIsSmaller, "would you say {0} is smaller than {1}?"},
    {kIsSmaller, "am i right that {0} is smaller than {1}?"},

    {kWhichLarger, "tell me which is bigger, {0} or {1}"},

    {kWhichSmaller, "tell me which is smaller, {0} or {1}"},

    {kAreThere, "would you say there are {0}?"},
    {kAreThere, "am i right that there are {0}?"},

    {kSeveral, "would you say there is more than one {0}?"},

    {kMoreThan, "would you say there are more {0} than {1}?"},

    {kFewerThan, "would you say there are fewer {0} than {1}?"},

    {kWhichMore, "tell me which there are more of, {0} or {1}"},

    {kAsMany, "would you say there are as many {0} as {1}?"},

    {kThenBeyond, "ok, and what do you find {0}?"},
    {kThenBeyond, "so what is {0}?"},

    {kThenWhere, "so where is it?"},
    {kThenWhere, "can you say where it is?"},

    {kThenColor, "so what color is it?"},
    {kThenColor, "can you say what color it is?"},

    {kThenHowMany, "ok, and {0}?"},
    {kThenHowMany, "so how many {0}?"},

    {kThenOf, "ok, and {0}?"},
    {kThenOf, "so what about {0}?"},

    {kUnknown, "what is the capital of portugal?"},
    {kUnknown, "do you know who made this?"},
    {kUnknown, "what day is today?"},
    {kUnknown, "how old is the person who took this @?"},
    {kUnknown, "where is my phone from?"},

    {kUnknownOf, "do you know the name of the {0}?"},
    {kUnknownOf, "what did the {0} eat?"},
    {kUnknownOf, "is the {0} angry?"},
    {kUnknownOf, "how old would you say the {0} is?"},

    {kChat, "hello, nice to meet you"},
    {kChat, "thanks a lot"},
    {kChat, "this looks great"},
    {kChat, "i do not like it"},
    {kChat, "write a story about a dog"},

    {kForeign, "wo ist der kreis?"},
    {kForeign, "combien de chats y a-t-il?"},
    {kForeign, "qué hay en la imagen?"},
    {kForeign, "cosa c'è nella foto?"},
    {kForeign, "что на картинке?"},
    {kForeign, "这里有什么?"},
};

}  // namespace

std::span<const FormWording> AllHeldOutWordings() { return kHeldOutWordings; }

}  // namespace edgevlm::train
