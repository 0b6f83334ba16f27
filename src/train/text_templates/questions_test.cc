#include "train/text_templates/questions.h"

#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>

#include "train/testing/parse_texts.h"

namespace edgevlm::train {
namespace {

constexpr int kQuestionedScenes = 2000;
constexpr int kQuestions = 6;

const std::array<std::string, 6> kNumbers = {"zero", "one", "two", "three", "four", "five"};

std::string CountAnswer(const std::string& question, const Scene& scene) {
  static const std::regex kPattern(
      "(?:how many|count the) (.*?)(?: are there\\?| are in the picture\\?| can you see\\?)?");
  std::smatch found;
  if (!std::regex_match(question, found, kPattern)) return "unreadable";
  if (found[1] == "things") return kNumbers[scene.things.size()];
  const auto phrase = ReadPhraseOf(found[1]);
  if (!phrase || !phrase->plural) return "unreadable";
  return kNumbers[CentersOf(*phrase, scene).size()];
}

std::string ExistsAnswer(const std::string& question, const Scene& scene) {
  static const std::regex kPattern(
      "(?:is there|can you see|do you see|does the picture show) (.*?)(?: in the picture)?\\?");
  std::smatch found;
  if (!std::regex_match(question, found, kPattern)) return "unreadable";
  const auto phrase = ReadPhraseOf(found[1]);
  if (!phrase || phrase->count != 1) return "unreadable";
  return CentersOf(*phrase, scene).empty() ? "no" : "yes";
}

std::string ColorAnswer(const std::string& question, const Scene& scene) {
  static const std::regex kPattern("(?:what|which) colou?r (is|are) (the .*)\\?");
  std::smatch found;
  if (!std::regex_match(question, found, kPattern)) return "unreadable";
  const auto phrase = ReadPhraseOf(found[2].str().substr(4));
  std::set<std::string> colors;
  int count = 0;
  for (const Thing& thing : scene.things) {
    if (!phrase || !Fits(*phrase, thing) || thing.kind != ThingKind::kShape) continue;
    colors.insert(NameOf(thing.color));
    ++count;
  }
  const bool agrees = (found[1] == "is") == (count == 1);
  return colors.size() == 1 && agrees ? *colors.begin() : "ambiguous";
}

// The only thing that "the ..." can mean; none if there is not exactly one.
std::optional<Point> TheOne(const std::string& definite, const Scene& scene) {
  const auto phrase = ReadPhraseOf(definite);
  if (!phrase || !definite.starts_with("the ")) return std::nullopt;
  const std::vector<Point> centers = CentersOf(*phrase, scene);
  if (centers.size() != 1) return std::nullopt;
  return centers[0];
}

std::string WhereAnswer(const std::string& question, const Scene& scene) {
  static const std::regex kPattern(
      "(?:where is|in which part of the picture is|where do you see) (.*?)(?: in the picture)?\\?");
  std::smatch found;
  if (!std::regex_match(question, found, kPattern)) return "unreadable";
  const auto center = TheOne(found[1], scene);
  if (!center) return "ambiguous";
  for (const float dx : {-0.0499f, 0.0499f}) {
    for (const float dy : {-0.0499f, 0.0499f}) {
      const Point moved{center->x + dx, center->y + dy};
      if (LocationByThirds(moved) != LocationByThirds(*center)) return "too near to a border";
    }
  }
  return LocationByThirds(*center);
}

std::string OrderAnswer(const std::string& question, const Scene& scene) {
  static const std::regex kIs(
      "is (the .*?) (?:to the |further )?(left of|left than|right of|right than|above|higher up "
      "than"
      "|higher than|below|lower down than|lower than) (the .*)\\?");
  static const std::regex kWhich(
      "(?:which|what) (?:is |one is )(?:further |on the )?(left|right|higher|lower|above the other"
      "|below the other), (the .*) or (the .*)\\?");
  const auto direction_of = [](const std::string& words) -> std::string {
    if (words.starts_with("left")) return "left";
    if (words.starts_with("right")) return "right";
    return words.starts_with("above") || words.starts_with("higher") ? "above" : "below";
  };
  std::smatch found;
  const bool is_yes_no = std::regex_match(question, found, kIs);
  if (!is_yes_no && !std::regex_match(question, found, kWhich)) return "unreadable";
  const std::string first = found[is_yes_no ? 1 : 2];
  const std::string second = found[3];
  const std::string direction = direction_of(found[is_yes_no ? 2 : 1]);
  const auto a = TheOne(first, scene);
  const auto b = TheOne(second, scene);
  if (!a || !b) return "ambiguous";
  if (LiesClearly(direction, {*a}, {*b})) return is_yes_no ? "yes" : first;
  if (LiesClearly(direction, {*b}, {*a})) return is_yes_no ? "no" : second;
  return "too near";
}

// The things that questions like "what is in the top left?" ask for.
std::vector<Thing> AskedThings(std::string question, const Scene& scene) {
  static const std::regex kPattern("what (?:is|do you see|can you see) (.*)\\?");
  static const std::regex kPlace("(?:in|on|at) the (.*)");
  static const std::regex kRelation("(?:to the )?(left of|right of|above|below|next to) (the .*)");
  std::smatch found;
  if (!std::regex_match(question, found, kPattern) || found[1] == "in the picture" ||
      found[1] == "in this picture" || found[1] == "this" || found[1] == "shown here") {
    return scene.things;
  }
  const std::string where = found[1];
  std::vector<Thing> asked;
  if (std::regex_match(where, found, kRelation)) {
    const auto reference = TheOne(found[2], scene);
    if (!reference) return {};
    const std::string direction = found[1].str().substr(0, found[1].str().find(' '));
    for (const Thing& thing : scene.things) {
      const Point center = thing.Center();
      const bool is_reference = center.x == reference->x && center.y == reference->y;
      const bool is_there = direction == "next" || LiesClearly(direction, {center}, {*reference});
      if (!is_reference && is_there) asked.push_back(thing);
    }
  } else if (std::regex_match(where, found, kPlace)) {
    for (const Thing& thing : scene.things) {
      if (LocationByThirds(thing.Center()) == found[1]) asked.push_back(thing);
    }
  }
  return asked;
}

bool IsTrue(const QuestionAnswer& asked, const Scene& scene) {
  const auto& [kind, question, answer, form, parts] = asked;
  if (kind == "count") return answer == CountAnswer(question, scene);
  if (kind == "exists") return answer == ExistsAnswer(question, scene);
  if (kind == "colour") return answer == ColorAnswer(question, scene);
  if (kind == "where") return answer == WhereAnswer(question, scene);
  if (kind == "leftright" || kind == "abovebelow") return answer == OrderAnswer(question, scene);
  if (kind == "what") return NamesAll(ReadList(answer), AskedThings(question, scene));
  if (kind != "display") return false;
  std::string digits = answer;
  digits.erase(std::remove(digits.begin(), digits.end(), ' '), digits.end());
  int displays = 0;
  bool reads = false;
  for (const Thing& thing : scene.things) {
    displays += thing.kind == ThingKind::kDisplay ? 1 : 0;
    reads = reads || thing.reading == digits;
  }
  return displays == 1 && reads && answer.size() == 2 * digits.size() - 1;
}

TEST(Questions, AreAnsweredTrulyAndDiffer) {
  std::map<std::string, int> kinds;
  for (int seed = 0; seed < kQuestionedScenes; ++seed) {
    std::mt19937_64 rng(static_cast<std::uint64_t>(seed));
    const Scene scene = RandomScene(rng);
    std::set<std::string> different;
    for (const QuestionAnswer& asked : Questions(scene, kQuestions, Wording::kPlain, rng)) {
      ASSERT_TRUE(IsTrue(asked, scene))
          << "seed " << seed << ": " << asked.question << " " << asked.answer;
      ++kinds[asked.kind];
      different.insert(asked.question);
    }
    ASSERT_EQ(different.size(), static_cast<std::size_t>(kQuestions)) << "seed " << seed;
  }
  EXPECT_EQ(kinds.size(), 8u);
  for (const auto& [kind, count] : kinds) {
    EXPECT_GT(count, kQuestionedScenes * kQuestions / 50) << kind;
  }
}

TEST(Questions, AreAnsweredYesAsOftenAsNo) {
  std::map<std::string, std::map<std::string, int>> answers;
  std::mt19937_64 rng(17);
  for (int i = 0; i < kQuestionedScenes; ++i) {
    for (const QuestionAnswer& asked :
         Questions(RandomScene(rng), kQuestions, Wording::kPlain, rng)) {
      ++answers[asked.kind][asked.answer];
    }
  }
  for (const std::string kind : {"exists", "leftright", "abovebelow"}) {
    const int yes = answers[kind]["yes"];
    const int no = answers[kind]["no"];
    // 4 standard deviations of fair draws.
    EXPECT_NEAR(yes, no, 4 * std::sqrt(static_cast<double>(yes + no))) << kind;
    EXPECT_GT(yes, 200) << kind;
  }
}

TEST(Questions, FollowFromTheSeed) {
  std::mt19937_64 rng(5);
  const Scene scene = RandomScene(rng);
  std::mt19937_64 first(8);
  std::mt19937_64 second(8);
  const auto a = Questions(scene, kQuestions, Wording::kPlain, first);
  const auto b = Questions(scene, kQuestions, Wording::kPlain, second);
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i].question, b[i].question);
}

TEST(Questions, EndWhenASceneHasNoMore) {
  std::mt19937_64 rng(2);
  Scene scene = RandomScene(rng);
  scene.things.resize(1);
  EXPECT_LT(Questions(scene, 100000, Wording::kPlain, rng).size(), 1000u);
  EXPECT_TRUE(Questions(Scene(), 5, Wording::kPlain, rng).empty());
}

}  // namespace
}  // namespace edgevlm::train
