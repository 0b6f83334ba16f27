// VQA accuracy (Antol et al. 2015, "VQA: Visual Question Answering"): VQAv2, TextVQA.
//
// For each of the (ten) human answers, take the others, count those equal to the reply and score
// min(1, count / 3); a question's accuracy is the mean. A set's score is the mean over questions.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace edgevlm {

enum class VqaRule {
  kOfficial,         // normalizes reply and answers, but neither if all raw answers are equal, so
                     // "Red" scores 0 against ten times "red"
  kLmmsEval,         // always normalizes
  kLmmsEvalTextVqa,  // always, after LowerTextVqaAnswer
};

// Fewer answers could not give the full score: three others must agree.
inline constexpr std::size_t kFewestVqaAnswers = 4;

// In [0, 1]. REQUIRES: at least kFewestVqaAnswers answers.
double VqaAccuracy(std::span<const std::string> answers, std::string_view reply, VqaRule rule);

}  // namespace edgevlm
