#include "eval/scores/pope.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "eval/scores/all.h"
#include "eval/scores/row_mean.h"
#include "eval/scores/text.h"

namespace edgevlm {
namespace {

constexpr std::array<std::string_view, 2> kPopeRules = {"official", "lmms-eval"};
constexpr std::string_view kYes = "yes";
constexpr std::string_view kNo = "no";

double Fraction(double part, double whole) { return whole == 0 ? 0 : part / whole; }
double Fraction(std::int64_t part, std::int64_t whole) {
  return Fraction(static_cast<double>(part), static_cast<double>(whole));
}

class PopeScorer final : public Scorer {
 public:
  explicit PopeScorer(std::string_view rule)
      : rule_name_(rule),
        rule_(rule == kPopeRules[0] ? PopeRule::kOfficial : PopeRule::kLmmsEval) {}

  Result<RowScore> Add(const ScoredRow& row) override {
    const std::string label =
        row.answers.size() == 1 ? ToLowerAscii(StripSpace(row.answers[0])) : "";
    if (label != kYes && label != kNo) {
      return Error{ErrorCode::kInvalid,
                   "pope: answers: expected 'yes' or 'no', found " +
                       (row.answers.size() == 1 ? QuotedReply(row.answers[0])
                                                : std::to_string(row.answers.size()) + " answers")};
    }
    std::string prediction = PopePrediction(row.reply, rule_);
    const bool right = prediction == label;
    counts_.Add(label == kYes, prediction);
    accuracy_.Add(right ? 1 : 0, row.cluster);
    return RowScore{right ? 1.0 : 0.0, std::move(prediction)};
  }

  Result<ScoredSet> Finish() const override {
    if (counts_.rows == 0) return NoRows(kPopeScorer.name);
    // lmms-eval calls the ratio of the labels "yes ratio": not a figure of the model.
    return ScoredSet{
        std::string(kPopeScorer.name),
        rule_name_,
        counts_.rows,
        {accuracy_.Score("accuracy"),
         {"F1", counts_.F1(), std::nullopt},
         {"precision", counts_.Precision(), std::nullopt},
         {"recall", counts_.Recall(), std::nullopt},
         {"yes ratio of replies", Fraction(counts_.yes_predictions, counts_.rows), std::nullopt},
         {"yes ratio of labels", Fraction(counts_.yes_labels, counts_.rows), std::nullopt}}};
  }

 private:
  std::string rule_name_;
  PopeRule rule_;
  PopeCounts counts_;
  RowMean accuracy_;
};

}  // namespace

std::string PopePrediction(std::string_view reply, PopeRule rule) {
  if (rule == PopeRule::kLmmsEval) return ToLowerAscii(StripSpace(reply));
  const std::string first = Replaced(reply.substr(0, reply.find('.')), ",", "");
  // The words between single spaces: a newline is part of a word.
  const std::string spaced = " " + first + " ";
  for (const std::string_view word : {" No ", " no ", " not "}) {
    if (spaced.find(word) != std::string::npos) return std::string(kNo);
  }
  return std::string(kYes);
}

void PopeCounts::Add(bool label_is_yes, std::string_view prediction) {
  const bool says_yes = prediction == kYes;
  const bool says_no = prediction == kNo;
  ++rows;
  right += (label_is_yes ? says_yes : says_no) ? 1 : 0;
  yes_labels += label_is_yes ? 1 : 0;
  yes_predictions += says_yes ? 1 : 0;
  true_positives += says_yes && label_is_yes ? 1 : 0;
  false_positives += says_yes && !label_is_yes ? 1 : 0;
  false_negatives += says_no && label_is_yes ? 1 : 0;
}

double PopeCounts::Accuracy() const { return Fraction(right, rows); }
double PopeCounts::Precision() const {
  return Fraction(true_positives, true_positives + false_positives);
}
double PopeCounts::Recall() const {
  return Fraction(true_positives, true_positives + false_negatives);
}
double PopeCounts::F1() const {
  return Fraction(2 * Precision() * Recall(), Precision() + Recall());
}

const ScorerKind kPopeScorer = {"pope", "yes or no, with precision, recall and F1 of yes (POPE)",
                                kPopeRules, [](std::string_view rule) -> std::unique_ptr<Scorer> {
                                  return std::make_unique<PopeScorer>(rule);
                                }};

}  // namespace edgevlm
