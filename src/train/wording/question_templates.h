// QuestionTemplates: one per kind of question (questions.h). Each gives one question about the
// groups of a scene, or none when the scene allows none of its kind.
#pragma once

#include <optional>
#include <random>
#include <vector>

#include "train/wording/groups.h"
#include "train/wording/questions.h"

namespace edgevlm::train {

// groups: not empty. yes: what a question with the answer yes or no must be answered with. Whether
// there is a question depends on the groups alone, never on `yes` or `rng`.
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

}  // namespace edgevlm::train
