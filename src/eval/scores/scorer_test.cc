#include "eval/scores/scorer.h"

#include <gtest/gtest.h>

#include <map>

namespace edgevlm {
namespace {

using Texts = std::vector<std::string>;

std::unique_ptr<Scorer> Make(std::string_view name) {
  auto scorer = MakeScorer(name);
  EXPECT_TRUE(scorer.ok()) << name;
  return *std::move(scorer);
}

std::map<std::string, SetScore> Finished(const Scorer& scorer) {
  std::map<std::string, SetScore> scores;
  const auto set = scorer.Finish();
  EXPECT_TRUE(set.ok());
  if (set.ok()) {
    for (const SetScore& score : set->scores) scores[score.name] = score;
  }
  return scores;
}

TEST(MakeScorer, KnowsEveryKindAndRule) {
  for (const ScorerKind* kind : ScorerKinds()) {
    EXPECT_FALSE(kind->about.empty());
    const auto scorer = Make(kind->name);
    EXPECT_EQ(scorer->Finish().error().message,
              std::string(kind->name) + ": expected at least one row, found none");
    for (const std::string_view rule : kind->rules) {
      EXPECT_NE(Make(std::string(kind->name) + ":" + std::string(rule)), nullptr);
    }
  }
}

TEST(MakeScorer, ListsTheNames) {
  for (const char* name : {"", "bleu", "vqa:", "vqa:pope", ":official", "choice:videomme:x"}) {
    const auto scorer = MakeScorer(name);
    ASSERT_FALSE(scorer.ok()) << name;
    EXPECT_NE(scorer.error().message.find("pope:official, pope:lmms-eval"), std::string::npos);
    EXPECT_NE(scorer.error().message.find(std::string("found '") + name + "'"), std::string::npos);
  }
}

TEST(Scorers, NameTheKindInEveryError) {
  for (const ScorerKind* kind : ScorerKinds()) {
    const auto row = Make(kind->name)->Add({});
    ASSERT_FALSE(row.ok());
    EXPECT_TRUE(row.error().message.starts_with(std::string(kind->name) + ": "))
        << row.error().message;
  }
}

TEST(ChoiceScorer, CountsRepliesWithoutALetter) {
  const auto scorer = Make("choice");
  const Texts choices = {"a cat", "a dog"};
  const Texts letter = {"B"};
  const Texts text = {"a dog"};
  const auto first = scorer->Add({.answers = letter, .choices = choices, .reply = "B."});
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->value, 1);
  EXPECT_EQ(first->read_as, "B");
  EXPECT_EQ(scorer->Add({.answers = text, .choices = choices, .reply = "A"})->value, 0);
  EXPECT_EQ(scorer->Add({.answers = text, .choices = choices, .reply = "none"})->read_as, "");
  auto scores = Finished(*scorer);
  EXPECT_NEAR(scores["accuracy"].value, 1.0 / 3, 1e-12);
  EXPECT_EQ(scores["replies without a letter"].value, 1);
  EXPECT_EQ(scores["accuracy of replies with a letter"].value, 0.5);
}

TEST(ChoiceScorer, RefusesRowsWithoutARightOption) {
  const auto scorer = Make("choice");
  const Texts choices = {"a cat", "a dog"};
  const Texts other = {"C"};
  const Texts both = {"A", "B"};
  const Texts many(27, "x");
  EXPECT_EQ(scorer->Add({.answers = other, .choices = choices}).error().message,
            "choice: answers: expected a letter from A to B or a choice, found 'C'");
  EXPECT_EQ(scorer->Add({.answers = both, .choices = choices}).error().message,
            "choice: answers: expected a letter from A to B or a choice, found 2 answers");
  EXPECT_EQ(scorer->Add({.answers = other, .choices = many}).error().message,
            "choice: choices: expected 2 to 26, found 27");
  EXPECT_FALSE(scorer->Finish().ok());
}

TEST(PopeScorer, NamesTheRatiosOfRepliesAndLabels) {
  const auto scorer = Make("pope");
  const Texts yes = {"Yes"};
  const Texts no = {"no"};
  EXPECT_EQ(scorer->Add({.answers = yes, .reply = "Yes."})->value, 1);
  EXPECT_EQ(scorer->Add({.answers = no, .reply = "None"})->read_as, "yes");
  auto scores = Finished(*scorer);
  EXPECT_EQ(scores["accuracy"].value, 0.5);
  EXPECT_EQ(scores["recall"].value, 1);
  EXPECT_EQ(scores["yes ratio of replies"].value, 1);
  EXPECT_EQ(scores["yes ratio of labels"].value, 0.5);
  const Texts maybe = {"maybe"};
  EXPECT_EQ(scorer->Add({.answers = maybe, .reply = "yes"}).error().message,
            "pope: answers: expected 'yes' or 'no', found 'maybe'");
}

TEST(ExactScorer, GivesBothFigures) {
  const auto scorer = Make("exact");
  const Texts answers = {"yes"};
  EXPECT_EQ(scorer->Add({.answers = answers, .reply = "Yes!"})->value, 1);
  EXPECT_EQ(scorer->Add({.answers = answers, .reply = "yes, he is"})->value, 0);
  auto scores = Finished(*scorer);
  EXPECT_EQ(scores["exact match"].value, 0.5);
  EXPECT_EQ(scores["answer contained"].value, 1);
}

TEST(Scorers, WidenIntervalsOfClusters) {
  const Texts answers = {"yes"};
  const auto single = Make("exact");
  const auto clustered = Make("exact");
  for (int i = 0; i < 20; ++i) {
    const char* reply = i < 10 ? "yes" : "no";
    ASSERT_TRUE(single->Add({.answers = answers, .reply = reply}).ok());
    const std::string video = "v" + std::to_string(i / 5);
    ASSERT_TRUE(clustered->Add({.answers = answers, .reply = reply, .cluster = video}).ok());
  }
  const Interval wilson = *Finished(*single)["exact match"].interval;
  const Interval wide = *Finished(*clustered)["exact match"].interval;
  EXPECT_EQ(wilson.low, WilsonInterval(10, 20).low);
  EXPECT_GT(wide.high - wide.low, wilson.high - wilson.low);
}

TEST(CaptionScorer, NamesEveryScore) {
  const auto scorer = Make("caption");
  const Texts references = {"a red kite flies over the hill", "the kite is in the air"};
  const auto row = scorer->Add({.answers = references, .reply = "a red kite is in the air"});
  ASSERT_TRUE(row.ok());
  EXPECT_NEAR(row->value, 0.7800511508951408, 1e-9);
  auto scores = Finished(*scorer);
  EXPECT_EQ(scores.size(), 8u);
  EXPECT_EQ(scores["CIDEr-D"].value, 0);  // of one image
  EXPECT_NEAR(scores["BLEU-4"].value, 0.7952707285024341, 1e-9);
  EXPECT_GT(scores["METEOR (exact+stem, plain)"].value, 0.3);
  EXPECT_EQ(scores["replies cut"].value, 0);
}

}  // namespace
}  // namespace edgevlm
