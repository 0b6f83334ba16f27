#include "eval/scores/choice_rules.h"

#include <gtest/gtest.h>

#include "eval/scores/testing/golden_scores.h"

namespace edgevlm {
namespace {

std::string Letter(std::string_view rule, std::string_view reply,
                   const std::vector<std::string>& choices) {
  const char letter = FindChoiceRule(rule).letter(reply, choices);
  return letter == '\0' ? "" : std::string(1, letter);
}

TEST(ChoiceRules, AreThoseOfTheReferencePrograms) {
  const nlohmann::json golden = GoldenScores("multiple_choice.json");
  std::vector<std::string> choices;
  for (const auto& choice : golden.at("options")) choices.push_back(choice);
  for (const auto& row : golden.at("rows")) {
    for (const auto& [rule, key] :
         {std::pair("videomme", "videomme_official"),
          std::pair("videomme-2024-06", "videomme_script_of_2024_06_03"),
          std::pair("lmms-eval", "lmms_eval"), std::pair("vlmevalkit", "vlmevalkit_can_infer"),
          std::pair("scienceqa", "llava_scienceqa"),
          std::pair("scienceqa-lmms-eval", "lmms_eval_scienceqa")}) {
      EXPECT_EQ(Letter(rule, std::string(row.at("reply")), choices), row.at(key))
          << rule << ": " << row.at("reply");
    }
  }
}

TEST(ChoiceRules, OnlyKnowTheLettersOfTheChoices) {
  const std::vector<std::string> two = {"yes", "no"};
  for (const ChoiceRule& rule : ChoiceRules()) {
    EXPECT_EQ(rule.letter("C", two), '\0') << rule.name;
    EXPECT_EQ(rule.letter("B", two), 'B') << rule.name;
    EXPECT_EQ(rule.letter("", two), '\0') << rule.name;
    EXPECT_EQ(rule.letter("\xFF\xC3", two), '\0') << rule.name;
  }
  EXPECT_EQ(Letter("vlmevalkit", "no", {"A. yes", "B. no"}), "B");
}

TEST(ChoiceRules, OfLmmsEvalRankForms) {
  const std::vector<std::string> choices = {"a", "b", "c", "d"};
  EXPECT_EQ(Letter("lmms-eval", "I choose B (not A) today", choices), "A");
  EXPECT_EQ(Letter("lmms-eval", "either (A) or (C) fits", choices), "C");
  EXPECT_EQ(Letter("lmms-eval", "my pick: (A) over C. today", choices), "A");
  EXPECT_EQ(Letter("lmms-eval", "\"D\".", choices), "D");
}

TEST(ChoiceRules, OfVlmEvalKitStopAtRefusals) {
  const std::vector<std::string> choices = {"a cat", "a dog"};
  EXPECT_EQ(Letter("vlmevalkit", "Cannot determine the answer: B", choices), "");
  EXPECT_EQ(Letter("vlmevalkit", "the answer  is **B** since it barks at all of us", choices), "B");
  EXPECT_EQ(Letter("vlmevalkit", "Z, or a dog", choices), "");
  EXPECT_EQ(Letter("vlmevalkit", "it is a dog", choices), "B");
  EXPECT_EQ(Letter("vlmevalkit", "it is certainly not a dog", choices), "");  // too long
}

TEST(ChoiceText, LosesItsLabel) {
  EXPECT_EQ(ChoiceText("B. a cat", 'B'), "a cat");
  EXPECT_EQ(ChoiceText("B) a cat", 'B'), "a cat");
  EXPECT_EQ(ChoiceText("A. a cat", 'B'), "A. a cat");
  EXPECT_EQ(ChoiceText("B.", 'B'), "B.");
}

}  // namespace
}  // namespace edgevlm
