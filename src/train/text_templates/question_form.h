// QuestionForm: what a question asks, apart from how it is worded. The parts that fill a form's
// wordings are noun phrases, numbers or locations: {0}, {1}.
#pragma once

namespace edgevlm::train {

enum class QuestionForm {
  // Counts. kHowMany {0}: "red circles".
  kHowManyThings,
  kHowMany,
  kHowManyKinds,
  // Colors. {0}: "circle", "circles".
  kColorOfOne,
  kColorOfSeveral,
  // What there is. {0}: "a dog", "dogs", "animals"; of kWhatIs "above the dog", "in the top left".
  kExists,
  kAnyOf,
  kMissing,
  kMissingAny,
  kWhatIsShown,
  kWhatThing,
  kWhatIs,
  kListThings,
  kListOf,
  kWhichOf,  // {0}: "animal"
  // {0}: "red". Of all things only where each is a shape.
  kWhichShapeOfColor,
  kWhatOfColor,
  kAnythingOfColor,
  kDescribe,
  // Displays.
  kReads,
  kReadsThis,  // {0}: "4 2 7"
  kFirstDigit,
  kLastDigit,
  kHowManyDigits,
  kNumberAbove,  // {0}: "100"
  kNumberBelow,
  kIsEven,
  kIsOdd,
  kHasText,  // {0}: "text", "numbers"
  // Instruments. {0}: "half past three", "7 0".
  kTime,
  kTimeIs,
  kGaugeReads,
  kGaugeReadsThis,
  kHowManyBars,
  kHighestBar,
  kLowestBar,
  kWhichLamp,
  // {0}: "star", {1}: "on the left", {2}: "stars"
  kWhichAtEnd,
  kWhichSize,  // {0}: "star", {1}: "the largest", "larger", {2}: "stars"
  // Locations. {0}, {1}: "the dog"; of kIsAt {1}: "on the left".
  kWhere,
  kIsAt,
  kIsLeft,
  kIsRight,
  kIsAbove,
  kIsBelow,
  kWhichLeft,
  kWhichRight,
  kWhichAbove,
  kWhichBelow,
  // With two answers to choose from. {0}, {1}: "the dog", "the cat"; of kEitherColor {1}, {2}:
  // "red", "blue"; of kEitherThing {0}, {1}: "a dog", "a cat".
  kEitherSide,
  kEitherHeight,
  kEitherSideOfAll,  // of the image
  kEitherEnd,
  kEitherColor,
  kEitherThing,
  // Sizes. {0}, {1}: "the dog".
  kLargest,
  kSmallest,
  kWhichLarger,
  kWhichSmaller,
  kIsLarger,
  kIsSmaller,
  // Checks. kIsColor {0}: "the circle", {1}: "red"; kAreThere {0}: "two dogs"; kSeveral {0}:
  // "dogs".
  kIsColor,
  kAreColor,
  kSameColor,   // {0}: "circles"
  kAllOfColor,  // {0}: "the circles", "they"; {1}: "red"
  kOneOfColor,  // {0}: "the circles", "them"; {1}: "red"
  kAreThere,
  kSeveral,
  // Comparisons. {0}, {1}: "dogs", "cats".
  kMoreThan,
  kFewerThan,
  kWhichMore,
  kAsMany,
  // The second of two questions. {0}: "below it", "dogs", "the circle".
  kThenBeyond,
  kThenWhere,
  kThenColor,
  kThenHowMany,
  kThenOf,
  // What no image tells, and texts that ask nothing. {0}: "dog", "dogs".
  kUnknown,
  kUnknownOf,
  kChat,
  kForeign,
};

}  // namespace edgevlm::train
