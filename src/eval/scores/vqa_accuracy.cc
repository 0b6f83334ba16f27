#include "eval/scores/vqa_accuracy.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/check.h"
#include "eval/scores/all.h"
#include "eval/scores/row_mean.h"
#include "eval/scores/vqa_normalize.h"

namespace edgevlm {
namespace {

constexpr std::array<std::string_view, 3> kVqaRules = {"official", "lmms-eval",
                                                       "lmms-eval-textvqa"};
// Of people's answers to one question there are ten; this is far beyond.
constexpr std::size_t kMostVqaAnswers = 10'000;

std::string Normalized(std::string_view answer, VqaRule rule) {
  if (rule != VqaRule::kLmmsEvalTextVqa) return NormalizeVqaAnswer(answer);
  return NormalizeVqaAnswer(LowerTextVqaAnswer(answer));
}

class VqaScorer final : public Scorer {
 public:
  explicit VqaScorer(std::string_view rule)
      : rule_name_(rule),
        rule_(static_cast<VqaRule>(std::ranges::find(kVqaRules, rule) - kVqaRules.begin())) {}

  Result<RowScore> Add(const ScoredRow& row) override {
    const std::size_t found = row.answers.size();
    if (found < kFewestVqaAnswers || found > kMostVqaAnswers) {
      return Error{ErrorCode::kInvalid,
                   "vqa: answers: expected " + std::to_string(kFewestVqaAnswers) + " to " +
                       std::to_string(kMostVqaAnswers) + " (a question of VQA has 10), found " +
                       std::to_string(found)};
    }
    const double accuracy = VqaAccuracy(row.answers, row.reply, rule_);
    mean_.Add(accuracy, row.cluster);
    return RowScore{accuracy, Normalized(row.reply, rule_)};
  }

  Result<ScoredSet> Finish() const override {
    if (mean_.rows() == 0) return NoRows(kVqaScorer.name);
    return ScoredSet{
        std::string(kVqaScorer.name), rule_name_, mean_.rows(), {mean_.Score("accuracy")}};
  }

 private:
  std::string rule_name_;
  VqaRule rule_;
  RowMean mean_;
};

}  // namespace

double VqaAccuracy(std::span<const std::string> answers, std::string_view reply, VqaRule rule) {
  CHECK(answers.size() >= kFewestVqaAnswers);
  const bool all_equal = std::ranges::count(answers, answers[0]) == std::ssize(answers);
  const bool normalizes = rule != VqaRule::kOfficial || !all_equal;
  const auto compared = [&](std::string_view text) {
    return normalizes ? Normalized(text, rule) : TrimVqaAnswer(text);
  };
  const std::string compared_reply = compared(reply);
  std::vector<bool> equal;
  for (const std::string& answer : answers) equal.push_back(compared(answer) == compared_reply);
  const auto matches = std::ranges::count(equal, true);
  double sum = 0;
  for (const bool self : equal) {
    const auto others = static_cast<double>(matches - (self ? 1 : 0));
    sum += std::min(1.0, others / 3);
  }
  return sum / static_cast<double>(answers.size());
}

const ScorerKind kVqaScorer = {"vqa", "VQA accuracy over ten human answers (VQAv2, TextVQA)",
                               kVqaRules, [](std::string_view rule) -> std::unique_ptr<Scorer> {
                                 return std::make_unique<VqaScorer>(rule);
                               }};

}  // namespace edgevlm
