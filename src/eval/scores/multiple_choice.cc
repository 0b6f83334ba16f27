// The scorer of multiple-choice questions. A reply without a letter is wrong, and counted.
#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "eval/scores/all.h"
#include "eval/scores/choice_rules.h"
#include "eval/scores/row_mean.h"
#include "eval/scores/text.h"

namespace edgevlm {
namespace {

// The names of ChoiceRules().
constexpr std::array<std::string_view, 6> kRuleNames = {
    "videomme", "videomme-2024-06", "lmms-eval", "vlmevalkit", "scienceqa", "scienceqa-lmms-eval"};

// The right option: its letter, or its text.
std::optional<char> RightLetter(const ScoredRow& row) {
  if (row.answers.size() != 1) return std::nullopt;
  const std::string_view answer = StripSpace(row.answers[0]);
  if (answer.size() == 1 && 'A' <= answer[0] &&
      static_cast<std::size_t>(answer[0] - 'A') < row.choices.size()) {
    return answer[0];
  }
  for (std::size_t i = 0; i < row.choices.size(); ++i) {
    const char letter = static_cast<char>('A' + i);
    if (answer == row.choices[i] || answer == ChoiceText(row.choices[i], letter)) return letter;
  }
  return std::nullopt;
}

class ChoiceScorer final : public Scorer {
 public:
  explicit ChoiceScorer(std::string_view rule) : rule_(FindChoiceRule(rule)) {}

  Result<RowScore> Add(const ScoredRow& row) override {
    const std::size_t choices = row.choices.size();
    if (choices < 2 || choices > kMostChoices) {
      return Error{ErrorCode::kInvalid, "choice: choices: expected 2 to " +
                                            std::to_string(kMostChoices) + ", found " +
                                            std::to_string(choices)};
    }
    const std::optional<char> right = RightLetter(row);
    if (!right) {
      return Error{ErrorCode::kInvalid,
                   std::string("choice: answers: expected a letter from A to ") +
                       static_cast<char>('A' + choices - 1) + " or a choice, found " +
                       (row.answers.size() == 1 ? QuotedReply(row.answers[0])
                                                : std::to_string(row.answers.size()) + " answers")};
    }
    const char letter = rule_.letter(row.reply, row.choices);
    const double value = letter == *right ? 1 : 0;
    accuracy_.Add(value, row.cluster);
    if (letter == '\0') return RowScore{value, ""};
    answered_.Add(value, row.cluster);
    return RowScore{value, std::string(1, letter)};
  }

  Result<ScoredSet> Finish() const override {
    if (accuracy_.rows() == 0) return NoRows(kChoiceScorer.name);
    const auto unanswered = static_cast<double>(accuracy_.rows() - answered_.rows());
    std::vector<SetScore> scores = {accuracy_.Score("accuracy"),
                                    {"replies without a letter", unanswered, std::nullopt}};
    // Video-MME's own script prints this one.
    if (answered_.rows() > 0) {
      scores.push_back(answered_.Score("accuracy of replies with a letter"));
    }
    return ScoredSet{std::string(kChoiceScorer.name), std::string(rule_.name), accuracy_.rows(),
                     std::move(scores)};
  }

 private:
  const ChoiceRule& rule_;
  RowMean accuracy_;
  RowMean answered_;
};

}  // namespace

const ScorerKind kChoiceScorer = {"choice", "the letter of the right option (Video-MME, ScienceQA)",
                                  kRuleNames, [](std::string_view rule) -> std::unique_ptr<Scorer> {
                                    return std::make_unique<ChoiceScorer>(rule);
                                  }};

}  // namespace edgevlm
