// QuestionTemplates: one function per kind of question (questions.h). Each generates one question
// about the groups of a scene, or none if the scene allows no question of its kind.
#pragma once

#include <optional>
#include <random>
#include <vector>

#include "train/text_templates/groups.h"
#include "train/text_templates/questions.h"

namespace edgevlm::train {

// groups: not empty. yes: the answer, if it is a yes-or-no question. Whether a question is
// generated depends on the groups only, not on `yes` or `rng`.
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
