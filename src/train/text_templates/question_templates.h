// QuestionTemplates: one function per kind of question (questions.h). Each generates one question
// about the groups of a scene, or none if the scene allows no question of its kind.
#pragma once

#include <array>
#include <optional>
#include <random>
#include <vector>

#include "train/text_templates/groups.h"
#include "train/text_templates/questions.h"

namespace edgevlm::train {

// groups: may be empty only for AskCount, AskExists, AskExistsAny, AskCategory, AskList,
// AskDescription and AskAbsent, with `yes` false. yes: the answer, if it is a yes-or-no question.
// Whether a question of a kind with plain wordings is generated depends on the groups only, not on
// `yes` or `rng`; the others may find none at one attempt and one at the next.
using QuestionTemplate = std::optional<QuestionAnswer> (*)(const std::vector<PlacedGroup>& groups,
                                                           bool yes, std::mt19937_64& rng);

std::optional<QuestionAnswer> AskWhat(const std::vector<PlacedGroup>& groups, bool yes,
                                      std::mt19937_64& rng);
std::optional<QuestionAnswer> AskCount(const std::vector<PlacedGroup>& groups, bool yes,
                                       std::mt19937_64& rng);
std::optional<QuestionAnswer> AskColor(const std::vector<PlacedGroup>& groups, bool yes,
                                       std::mt19937_64& rng);
std::optional<QuestionAnswer> AskWhere(const std::vector<PlacedGroup>& groups, bool yes,
                                       std::mt19937_64& rng);
std::optional<QuestionAnswer> AskLeftRight(const std::vector<PlacedGroup>& groups, bool yes,
                                           std::mt19937_64& rng);
std::optional<QuestionAnswer> AskAboveBelow(const std::vector<PlacedGroup>& groups, bool yes,
                                            std::mt19937_64& rng);
std::optional<QuestionAnswer> AskExists(const std::vector<PlacedGroup>& groups, bool yes,
                                        std::mt19937_64& rng);
std::optional<QuestionAnswer> AskDisplay(const std::vector<PlacedGroup>& groups, bool yes,
                                         std::mt19937_64& rng);

// About a display's digits, one by one and as a number.
std::optional<QuestionAnswer> AskDigits(const std::vector<PlacedGroup>& groups, bool yes,
                                        std::mt19937_64& rng);
// Whether there is text.
std::optional<QuestionAnswer> AskText(const std::vector<PlacedGroup>& groups, bool yes,
                                      std::mt19937_64& rng);

// Kinds without a plain wording: their `question` is empty, and only form and parts are set.
std::optional<QuestionAnswer> AskList(const std::vector<PlacedGroup>& groups, bool yes,
                                      std::mt19937_64& rng);
std::optional<QuestionAnswer> AskDescription(const std::vector<PlacedGroup>& groups, bool yes,
                                             std::mt19937_64& rng);
std::optional<QuestionAnswer> AskExistsAny(const std::vector<PlacedGroup>& groups, bool yes,
                                           std::mt19937_64& rng);
std::optional<QuestionAnswer> AskCategory(const std::vector<PlacedGroup>& groups, bool yes,
                                          std::mt19937_64& rng);
std::optional<QuestionAnswer> AskUsualColor(const std::vector<PlacedGroup>& groups, bool yes,
                                            std::mt19937_64& rng);
// "is the circle red?", or "are the circles red?" of a group of several.
QuestionAnswer CheckOfColor(const PlacedGroup& group, const std::string& color, bool yes);
std::optional<QuestionAnswer> CheckUsualColor(const std::vector<PlacedGroup>& groups, bool yes,
                                              std::mt19937_64& rng);
std::optional<QuestionAnswer> AskSize(const std::vector<PlacedGroup>& groups, bool yes,
                                      std::mt19937_64& rng);
// The number of different kinds.
std::optional<QuestionAnswer> AskKinds(const std::vector<PlacedGroup>& groups, bool yes,
                                       std::mt19937_64& rng);
// About the shapes of one color.
std::optional<QuestionAnswer> AskColored(const std::vector<PlacedGroup>& groups, bool yes,
                                         std::mt19937_64& rng);
// "is anything blue?" of shapes alone.
std::optional<QuestionAnswer> AskAnythingOfColor(const std::vector<PlacedGroup>& groups, bool yes,
                                                 std::mt19937_64& rng);
// About shapes of one name in several colors: whether they are; which colors, and of the outermost.
std::optional<QuestionAnswer> AskSameColor(const std::vector<PlacedGroup>& groups, bool yes,
                                           std::mt19937_64& rng);
// "are they all blue?", "is one of the stars blue?"
std::optional<QuestionAnswer> CheckColorOfSeveral(const std::vector<PlacedGroup>& groups, bool yes,
                                                  std::mt19937_64& rng);
std::optional<QuestionAnswer> AskAmongColors(const std::vector<PlacedGroup>& groups, bool yes,
                                             std::mt19937_64& rng);
// About a category with several kinds of things.
std::optional<QuestionAnswer> AskMixed(const std::vector<PlacedGroup>& groups, bool yes,
                                       std::mt19937_64& rng);
// What is next to a thing.
std::optional<QuestionAnswer> AskNearest(const std::vector<PlacedGroup>& groups, bool yes,
                                         std::mt19937_64& rng);
std::optional<QuestionAnswer> AskCheck(const std::vector<PlacedGroup>& groups, bool yes,
                                       std::mt19937_64& rng);
std::optional<QuestionAnswer> AskSizeCheck(const std::vector<PlacedGroup>& groups, bool yes,
                                           std::mt19937_64& rng);
std::optional<QuestionAnswer> AskComparison(const std::vector<PlacedGroup>& groups, bool yes,
                                            std::mt19937_64& rng);
std::optional<QuestionAnswer> AskEither(const std::vector<PlacedGroup>& groups, bool yes,
                                        std::mt19937_64& rng);
// "a dog or a cat?" of a scene with both or none of them.
std::optional<QuestionAnswer> AskBothOrNeither(const std::vector<PlacedGroup>& groups, bool yes,
                                               std::mt19937_64& rng);
// What an instrument shows.
bool HasInstrument(const std::vector<PlacedGroup>& groups);
std::optional<QuestionAnswer> AskReading(const std::vector<PlacedGroup>& groups, bool yes,
                                         std::mt19937_64& rng);
// May be asked of an empty scene.
std::optional<QuestionAnswer> AskMissingInstrument(const std::vector<PlacedGroup>& groups, bool yes,
                                                   std::mt19937_64& rng);
std::optional<QuestionAnswer> AskAbsent(const std::vector<PlacedGroup>& groups, bool yes,
                                        std::mt19937_64& rng);
std::optional<QuestionAnswer> AskUnanswerable(const std::vector<PlacedGroup>& groups, bool yes,
                                              std::mt19937_64& rng);
// The question after another one, which the first element is.
using TwoTurns = std::array<QuestionAnswer, 2>;
std::optional<TwoTurns> AskFollowUp(const std::vector<PlacedGroup>& groups, std::mt19937_64& rng);
std::optional<QuestionAnswer> AskNothing(const std::vector<PlacedGroup>& groups, bool yes,
                                         std::mt19937_64& rng);

}  // namespace edgevlm::train
