#include "eval/scores/vqa_accuracy.h"

#include <gtest/gtest.h>

#include "eval/scores/contractions.h"
#include "eval/scores/exact_match.h"
#include "eval/scores/scorer.h"
#include "eval/scores/testing/golden_scores.h"
#include "eval/scores/vqa_normalize.h"

namespace edgevlm {
namespace {

TEST(VqaAccuracy, IsThatOfTheReferencePrograms) {
  const nlohmann::json golden = GoldenScores("vqa.json");
  for (const auto& item : golden.at("items")) {
    const std::vector<std::string> answers = item.at("answers");
    const std::string reply = item.at("prediction");
    const auto score = [&](VqaRule rule) { return 100 * VqaAccuracy(answers, reply, rule); };
    EXPECT_NEAR(score(VqaRule::kOfficial), item.at("vqa_official"), 1e-12) << item;
    EXPECT_NEAR(score(VqaRule::kLmmsEval), item.at("lmms_eval_vqav2"), 1e-12) << item;
    EXPECT_NEAR(score(VqaRule::kLmmsEvalTextVqa), item.at("lmms_eval_textvqa"), 1e-12) << item;
    EXPECT_EQ(NormalizeVqaAnswer(reply), item.at("normalised")) << item;
  }
}

TEST(VqaScorer, GivesTheMeanOfTheReferencePrograms) {
  const nlohmann::json golden = GoldenScores("vqa.json");
  for (const auto& [rule, key] :
       {std::pair("vqa", "vqa_official"), std::pair("vqa:lmms-eval", "lmms_eval_vqav2"),
        std::pair("vqa:lmms-eval-textvqa", "lmms_eval_textvqa")}) {
    const auto scorer = MakeScorer(rule);
    ASSERT_TRUE(scorer.ok());
    for (const auto& item : golden.at("items")) {
      const std::vector<std::string> answers = item.at("answers");
      const std::string reply = item.at("prediction");
      ASSERT_TRUE((*scorer)->Add({.answers = answers, .reply = reply}).ok());
    }
    const auto set = (*scorer)->Finish();
    ASSERT_TRUE(set.ok());
    EXPECT_EQ(set->rows, 40);
    EXPECT_NEAR(100 * set->scores.at(0).value, golden.at("mean").at(key), 1e-9);
  }
}

TEST(VqaScorer, RefusesTooFewAnswers) {
  const auto scorer = MakeScorer("vqa");
  const std::vector<std::string> answers = {"red", "red", "red"};
  EXPECT_EQ((*scorer)->Add({.answers = answers, .reply = "red"}).error().message,
            "vqa: answers: expected 4 to 10000 (a question of VQA has 10), found 3");
  EXPECT_EQ((*scorer)->Finish().error().message, "vqa: expected at least one row, found none");
}

TEST(NormalizeVqaAnswer, HasTheQuirksOfTheProgram) {
  EXPECT_EQ(NormalizeVqaAnswer(" A\tRed-ish\nCup. "), "red ish cup");
  EXPECT_EQ(NormalizeVqaAnswer("red - ish"), "red ish");
  EXPECT_EQ(NormalizeVqaAnswer("1,000 well-lit"), "1000 welllit");
  EXPECT_EQ(NormalizeVqaAnswer("1,,000"), "1000");
  EXPECT_EQ(NormalizeVqaAnswer("a,b"), "b");
  EXPECT_EQ(NormalizeVqaAnswer("no.5 3.50 p.m."), "no.5 3.50 pm");
  EXPECT_EQ(NormalizeVqaAnswer(std::string(40, '.')), "........");
  EXPECT_EQ(NormalizeVqaAnswer("ten eleven none"), "10 eleven 0");
  EXPECT_EQ(NormalizeVqaAnswer("the"), "");
  EXPECT_EQ(NormalizeVqaAnswer("CAF\u00C9"), "caf\u00E9");
  EXPECT_EQ(NormalizeVqaAnswer("\xFF"), "\xFF");
  EXPECT_EQ(LowerTextVqaAnswer(" It's, red? "), "it 's red");
}

TEST(WithApostrophe, CompletesContractions) {
  EXPECT_EQ(WithApostrophe("dont"), "don't");
  EXPECT_EQ(WithApostrophe("don't"), "don't");
  EXPECT_EQ(WithApostrophe("couldnt've"), "couldn't've");
  EXPECT_EQ(WithApostrophe("couldn'tve"), "couldn't've");
  EXPECT_EQ(WithApostrophe("couldntve"), "couldntve");
  EXPECT_EQ(WithApostrophe("y'alld've"), "y'all'd've");
  EXPECT_EQ(WithApostrophe("twas"), "'twas");
  EXPECT_EQ(WithApostrophe("somebody'd"), "somebodyd");
  for (const char* word : {"its", "id", "ill", "were", "dogs", "", "'"}) {
    EXPECT_EQ(WithApostrophe(word), word);
  }
}

TEST(MatchAnswers, IsExactOrContained) {
  const std::vector<std::string> answers = {"Two red cars", "yes"};
  const auto match = [&](std::string_view reply) {
    const ExactMatch found = MatchAnswers(answers, reply);
    return std::pair(found.exact, found.contained);
  };
  EXPECT_EQ(match("2 red cars!"), std::pair(true, true));
  EXPECT_EQ(match("Yes, he is."), std::pair(false, true));
  EXPECT_EQ(match("there are two red cars here"), std::pair(false, true));
  EXPECT_EQ(match("two red old cars"), std::pair(false, false));
  EXPECT_EQ(match("yesterday"), std::pair(false, false));
  EXPECT_EQ(match(""), std::pair(false, false));
  const std::vector<std::string> empty = {"the"};
  EXPECT_TRUE(MatchAnswers(empty, "a.").exact);
  EXPECT_FALSE(MatchAnswers(empty, "a cat").contained);
}

}  // namespace
}  // namespace edgevlm
