#include "eval/scores/exact_match.h"

#include <algorithm>
#include <array>

#include "eval/scores/all.h"
#include "eval/scores/row_mean.h"
#include "eval/scores/vqa_normalize.h"

namespace edgevlm {
namespace {

constexpr std::array<std::string_view, 1> kExactRules = {"vqa-normalized"};

bool ContainsWords(std::string_view text, std::string_view words) {
  // Words are joined by single spaces.
  return (" " + std::string(text) + " ").find(" " + std::string(words) + " ") != std::string::npos;
}

class ExactScorer final : public Scorer {
 public:
  Result<RowScore> Add(const ScoredRow& row) override {
    if (row.answers.empty()) {
      return Error{ErrorCode::kInvalid, "exact: answers: expected at least one, found none"};
    }
    const ExactMatch match = MatchAnswers(row.answers, row.reply);
    exact_.Add(match.exact ? 1 : 0, row.cluster);
    contained_.Add(match.contained ? 1 : 0, row.cluster);
    return RowScore{match.exact ? 1.0 : 0.0, NormalizeVqaAnswer(row.reply)};
  }

  Result<ScoredSet> Finish() const override {
    if (exact_.rows() == 0) return NoRows(kExactScorer.name);
    return ScoredSet{std::string(kExactScorer.name),
                     std::string(kExactRules[0]),
                     exact_.rows(),
                     {exact_.Score("exact match"), contained_.Score("answer contained")}};
  }

 private:
  RowMean exact_;
  RowMean contained_;
};

}  // namespace

ExactMatch MatchAnswers(std::span<const std::string> answers, std::string_view reply) {
  const std::string normal_reply = NormalizeVqaAnswer(reply);
  ExactMatch match;
  for (const std::string& answer : answers) {
    const std::string normal = NormalizeVqaAnswer(answer);
    const bool exact = normal == normal_reply;
    match.exact |= exact;
    match.contained |= exact || (!normal.empty() && ContainsWords(normal_reply, normal));
  }
  return match;
}

const ScorerKind kExactScorer = {
    "exact", "equal to an answer, and answer contained, after VQA's normalization", kExactRules,
    [](std::string_view) -> std::unique_ptr<Scorer> { return std::make_unique<ExactScorer>(); }};

}  // namespace edgevlm
