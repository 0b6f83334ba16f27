#include "train/text_templates/wordings.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "train/text_templates/phrases.h"
#include "train/text_templates/typing.h"

namespace edgevlm::train {
namespace {

using enum QuestionForm;

constexpr int kForms = static_cast<int>(QuestionForm::kForeign) + 1;
constexpr int kDraws = 400;

std::set<std::string> Drawn(const std::vector<std::string_view>& patterns) {
  std::mt19937_64 rng(5);
  std::set<std::string> texts;
  for (const std::string_view pattern : patterns) {
    for (int i = 0; i < kDraws; ++i) texts.insert(ExpandWording(pattern, rng));
  }
  return texts;
}

TEST(Wordings, ExpandToOneAlternativeEach) {
  std::mt19937_64 rng(1);
  std::set<std::string> texts;
  for (int i = 0; i < 200; ++i) texts.insert(ExpandWording("[a|b[c|]] d", rng));
  EXPECT_EQ(texts, (std::set<std::string>{"a d", "bc d", "b d"}));
}

TEST(Wordings, EveryFormHasSomeOfBothKinds) {
  std::size_t trained = 0;
  for (int form = 0; form < kForms; ++form) {
    EXPECT_FALSE(HeldOutWordings(static_cast<QuestionForm>(form)).empty()) << form;
    trained += Drawn(TrainedWordings(static_cast<QuestionForm>(form))).size();
  }
  EXPECT_GT(trained, 2000u);
}

TEST(Wordings, HeldOutOnesAreNeverTrained) {
  std::mt19937_64 rng(7);
  std::set<std::string> trained;
  for (int form = 0; form < kForms; ++form) {
    for (int i = 0; i < 20 * kDraws; ++i) {
      trained.insert(DrawWording(static_cast<QuestionForm>(form), Wording::kTrained, rng));
    }
  }
  for (int form = 0; form < kForms; ++form) {
    for (const std::string& text : Drawn(HeldOutWordings(static_cast<QuestionForm>(form)))) {
      EXPECT_FALSE(trained.contains(text)) << text;
    }
  }
}

TEST(Wordings, ComposedOnesAreManyForWhatIsHardToTell) {
  for (const QuestionForm form : {kDescribe, kListThings, kListOf, kLargest, kSmallest,
                                  kWhichLarger, kWhichSmaller, kMoreThan, kWhichMore}) {
    EXPECT_GT(Drawn(TrainedWordings(form)).size(), 2000u) << static_cast<int>(form);
  }
}

TEST(Wordings, RulesStandForTheirPattern) {
  std::mt19937_64 rng(1);
  const std::string text = ExpandWording("<whether> so", rng);
  EXPECT_TRUE(text.starts_with("if") || text.starts_with("whether")) << text;
  EXPECT_TRUE(text.ends_with(" so")) << text;
}

TEST(Wordings, ArePlainWords) {
  for (int form = 0; form < kForms; ++form) {
    for (const std::string& text : Drawn(TrainedWordings(static_cast<QuestionForm>(form)))) {
      EXPECT_EQ(text.find("  "), std::string::npos) << text;
      EXPECT_FALSE(text.empty() || text.front() == ' ' || text.back() == ' ') << text;
      EXPECT_EQ(text.find_first_of("[]|@<>"), std::string::npos) << text;
    }
  }
}

TEST(AsTyped, KeepsTheWordsOfMostQuestions) {
  std::mt19937_64 rng(2);
  int kept = 0, capitals = 0, without_mark = 0;
  constexpr int kTyped = 1000;
  for (int i = 0; i < kTyped; ++i) {
    const std::string text = AsTyped("how many red circles are there?", rng);
    kept += text.find("red circles") != std::string::npos ? 1 : 0;
    capitals += text.find("RED CIRCLES") != std::string::npos ? 1 : 0;
    without_mark += text.ends_with("there") ? 1 : 0;
  }
  EXPECT_GT(kept, kTyped * 0.88);
  EXPECT_GT(capitals, kTyped * 0.02);
  EXPECT_GT(without_mark, kTyped * 0.2);
}

}  // namespace
}  // namespace edgevlm::train
