#include "eval/scores/pope.h"

#include <gtest/gtest.h>

#include "eval/scores/testing/golden_scores.h"

namespace edgevlm {
namespace {

PopeCounts CountGolden(PopeRule rule, const std::string& key) {
  PopeCounts counts;
  const nlohmann::json golden = GoldenScores("pope.json");
  for (const auto& row : golden.at("rows")) {
    const std::string prediction = PopePrediction(std::string(row.at("reply")), rule);
    EXPECT_EQ(prediction, row.at(key + "_prediction")) << row;
    counts.Add(row.at("label") == "yes", prediction);
  }
  return counts;
}

TEST(Pope, IsThatOfTheOfficialScript) {
  const PopeCounts counts = CountGolden(PopeRule::kOfficial, "official");
  const nlohmann::json expected = GoldenScores("pope.json").at("official");
  EXPECT_EQ(counts.true_positives, expected.at("TP"));
  EXPECT_EQ(counts.false_positives, expected.at("FP"));
  EXPECT_EQ(counts.false_negatives, expected.at("FN"));
  EXPECT_EQ(counts.right - counts.true_positives, expected.at("TN"));
  EXPECT_DOUBLE_EQ(counts.Accuracy(), expected.at("accuracy"));
  EXPECT_DOUBLE_EQ(counts.Precision(), expected.at("precision"));
  EXPECT_DOUBLE_EQ(counts.Recall(), expected.at("recall"));
  EXPECT_DOUBLE_EQ(counts.F1(), expected.at("f1"));
  EXPECT_DOUBLE_EQ(static_cast<double>(counts.yes_predictions) / 20, expected.at("yes_ratio"));
}

TEST(Pope, IsThatOfLmmsEval) {
  const PopeCounts counts = CountGolden(PopeRule::kLmmsEval, "lmms_eval");
  const nlohmann::json expected = GoldenScores("pope.json").at("lmms_eval");
  EXPECT_DOUBLE_EQ(counts.Accuracy(), expected.at("accuracy"));
  EXPECT_DOUBLE_EQ(counts.Precision(), expected.at("precision"));
  EXPECT_DOUBLE_EQ(counts.Recall(), expected.at("recall"));
  EXPECT_DOUBLE_EQ(counts.F1(), expected.at("f1_score"));
  EXPECT_DOUBLE_EQ(static_cast<double>(counts.yes_labels) / 20, expected.at("yes_ratio"));
}

TEST(Pope, HasNoRatiosOfNothing) {
  PopeCounts counts;
  EXPECT_EQ(counts.Accuracy(), 0);
  counts.Add(false, "no");
  EXPECT_EQ(counts.Accuracy(), 1);
  EXPECT_EQ(counts.Precision(), 0);
  EXPECT_EQ(counts.Recall(), 0);
  EXPECT_EQ(counts.F1(), 0);
}

}  // namespace
}  // namespace edgevlm
