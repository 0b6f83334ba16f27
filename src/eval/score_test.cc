#include "eval/score.h"

#include <gtest/gtest.h>

#include <cmath>

namespace edgevlm {
namespace {

TEST(FactScore, CountsWhatIsTrueOfWhatIsStated) {
  FactScore score;
  score.Add({"dog", "1 dog", "cat"}, {"dog", "2 dog"});
  EXPECT_DOUBLE_EQ(score.Precision(), 1.0 / 3);
  EXPECT_DOUBLE_EQ(score.Recall(), 1.0 / 2);
  EXPECT_DOUBLE_EQ(score.F1(), 2.0 / 5);
}

TEST(FactScore, IsZeroWithoutFacts) {
  FactScore score;
  EXPECT_EQ(score.F1(), 0.0);
  score.Add({}, {"dog"});
  EXPECT_EQ(score.Precision(), 0.0);
  EXPECT_EQ(score.Recall(), 0.0);
}

TEST(LikelihoodScore, GivesTheNumberOfEquallyLikelyTokens) {
  LikelihoodScore score;
  EXPECT_EQ(score.Perplexity(), 0.0);
  score.Add({.tokens = 3, .log_probability = 3 * std::log(1.0 / 8)});
  EXPECT_NEAR(score.Perplexity(), 8.0, 1e-12);
}

TEST(CalibrationScore, IsTheMeanGapOfTheBins) {
  CalibrationScore score;
  EXPECT_EQ(score.Error(), 0.0);
  // Four answers at 0.75, of which half are right: a gap of 0.25. One at 1, right: none.
  for (const bool right : {true, false, true, false}) score.Add(0.75, right);
  CalibrationScore sure;
  sure.Add(1.0, true);
  score.Add(sure);
  EXPECT_EQ(score.answers(), 5);
  EXPECT_NEAR(score.Error(), 0.8 * 0.25, 1e-12);
}

TEST(Score, AddsKindByKind) {
  Score all;
  Score one;
  one.questions["count"] = {.asked = 2, .right = 1};
  one.questions["where"] = {.asked = 1, .right = 1};
  all.Add(one);
  all.Add(one);
  EXPECT_EQ(all.questions["count"].asked, 4);
  EXPECT_DOUBLE_EQ(all.questions["count"].Accuracy(), 0.5);
  EXPECT_EQ(all.AllQuestions().right, 4);
  EXPECT_DOUBLE_EQ(QuestionScore{}.Accuracy(), 0.0);
}

}  // namespace
}  // namespace edgevlm
