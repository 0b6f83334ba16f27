// The questions in other wordings than the plain ones: their answers, read again from the scene.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "train/testing/parse_texts.h"
#include "train/text_templates/categories.h"
#include "train/text_templates/phrases.h"
#include "train/text_templates/question_templates.h"
#include "train/text_templates/questions.h"
#include "train/text_templates/usual_colors.h"

namespace edgevlm::train {
namespace {

constexpr int kDrawnScenes = 1500;
constexpr int kPerScene = 8;

std::vector<QuestionAnswer> Drawn(const Scene& scene, std::mt19937_64& rng) {
  std::vector<QuestionAnswer> single;
  for (QuestionAnswer& asked : Questions(scene, kPerScene, Wording::kTrained, rng)) {
    const bool has_turns = asked.question.find(kNextTurn) != std::string::npos;
    if (!has_turns && asked.kind != "two") single.push_back(std::move(asked));
  }
  return single;
}

int CountOf(const std::string& phrase, const Scene& scene) {
  const auto read = ReadPhraseOf(phrase);
  return read ? static_cast<int>(CentersOf(*read, scene).size()) : -1;
}

int CountOf(const Category& category, const Scene& scene) {
  return static_cast<int>(std::ranges::count_if(scene.things, [&](const Thing& thing) {
    return BelongsTo({thing.name, {}, {}}, category) == Belongs::kYes;
  }));
}

const Category* CategoryOf(const std::string& word) {
  for (const Category& category : Categories()) {
    if (word == category.plural || word == category.singular) return &category;
    if (word == std::string("a ") + category.singular) return &category;
    if (word == std::string("an ") + category.singular) return &category;
  }
  return nullptr;
}

// The color that a phrase like "red shapes", "a red shape" or "something red" names.
std::optional<Color> ColorOnly(const std::string& phrase) {
  for (std::size_t i = 0; i < kColorNames.size(); ++i) {
    const std::string color = kColorNames[i];
    for (const char* noun : {" shape", " shapes", " things"}) {
      if (phrase == color + noun || phrase.ends_with(" " + color + noun))
        return static_cast<Color>(i);
    }
    if (phrase == color || phrase == "something " + color) return static_cast<Color>(i);
  }
  return std::nullopt;
}

int CountOf(Color color, const Scene& scene) {
  return static_cast<int>(std::ranges::count_if(scene.things, [=](const Thing& thing) {
    return thing.kind == ThingKind::kShape && thing.color == color;
  }));
}

// Of what the first part names.
int CountOfPart(const QuestionAnswer& asked, const Scene& scene) {
  if (const auto color = ColorOnly(asked.parts[0])) return CountOf(*color, scene);
  const Category* category = CategoryOf(asked.parts[0]);
  return category != nullptr ? CountOf(*category, scene) : CountOf(asked.parts[0], scene);
}

std::string YesNo(bool yes) { return yes ? "yes" : "no"; }

void ExpectExistsIsTrue(const QuestionAnswer& asked, const Scene& scene) {
  const bool there = CountOfPart(asked, scene) > 0;
  const bool missing =
      asked.form == QuestionForm::kMissing || asked.form == QuestionForm::kMissingAny;
  EXPECT_EQ(asked.answer, YesNo(there != missing));
}

void ExpectComparisonIsTrue(const QuestionAnswer& asked, const Scene& scene) {
  const int a = CountOf(asked.parts[0], scene), b = CountOf(asked.parts[1], scene);
  switch (asked.form) {
    case QuestionForm::kMoreThan:
      EXPECT_EQ(asked.answer, YesNo(a > b));
      break;
    case QuestionForm::kFewerThan:
      EXPECT_EQ(asked.answer, YesNo(a < b));
      break;
    case QuestionForm::kAsMany:
      EXPECT_EQ(asked.answer, YesNo(a == b));
      break;
    default:
      EXPECT_NE(a, b);
      EXPECT_EQ(asked.answer, asked.parts[a > b ? 0 : 1]);
  }
}

void ExpectCheckIsTrue(const QuestionAnswer& asked, const Scene& scene) {
  const bool yes = asked.answer == "yes";
  if (asked.form == QuestionForm::kSeveral) {
    EXPECT_EQ(yes, CountOf(asked.parts[0], scene) > 1);
  } else if (asked.form == QuestionForm::kAreThere) {
    const auto phrase = ReadPhraseOf(asked.parts[0]);
    ASSERT_TRUE(phrase);
    EXPECT_EQ(yes, CountOf(asked.parts[0], scene) == phrase->count);
  } else if (asked.form == QuestionForm::kIsColor || asked.form == QuestionForm::kAreColor) {
    const auto phrase = ReadPhraseOf(asked.parts[0]);
    ASSERT_TRUE(phrase);
    if (const auto usual = UsualColor(phrase->name)) {
      EXPECT_EQ(yes, asked.parts[1] == *usual);
      return;
    }
    const std::string colored = asked.parts[1] + " " + asked.parts[0].substr(4);
    EXPECT_EQ(yes, CountOf(colored, scene) > 0);
  } else if (asked.form == QuestionForm::kReadsThis) {
    std::string digits = asked.parts[0];
    std::erase(digits, ' ');
    EXPECT_EQ(yes, std::ranges::count(scene.things, digits, &Thing::reading) > 0);
  } else if (asked.form == QuestionForm::kIsAt) {
    const auto phrase = ReadPhraseOf(asked.parts[0]);
    ASSERT_TRUE(phrase);
    const std::string location = LocationByThirds(CentersOf(*phrase, scene).at(0));
    EXPECT_EQ(yes, asked.parts[1].ends_with("the " + location));
  }
}

// One of two offered answers is right.
void ExpectEitherIsTrue(const QuestionAnswer& asked, const Scene& scene) {
  const auto center = [&](std::size_t part) {
    const auto phrase = ReadPhraseOf(asked.parts[part]);
    return phrase ? CentersOf(*phrase, scene).at(0) : Point{-1, -1};
  };
  switch (asked.form) {
    case QuestionForm::kEitherSide:
    case QuestionForm::kEitherHeight:
      EXPECT_TRUE(LiesClearly(asked.answer, {center(0)}, {center(1)}));
      break;
    case QuestionForm::kEitherSideOfAll:
      EXPECT_EQ(asked.answer, center(0).x < 0.5f ? "left" : "right");
      break;
    case QuestionForm::kEitherEnd:
      EXPECT_EQ(asked.answer, center(0).y < 0.5f ? "top" : "bottom");
      break;
    case QuestionForm::kEitherColor:
      EXPECT_NE(asked.parts[1] == asked.answer, asked.parts[2] == asked.answer);
      EXPECT_EQ(CountOf(asked.answer + asked.parts[0].substr(3), scene), 1);
      break;
    case QuestionForm::kEitherThing: {
      const bool first = CountOf(asked.parts[0], scene) > 0;
      const bool second = CountOf(asked.parts[1], scene) > 0;
      const std::string both = asked.parts[0] + " and " + asked.parts[1];
      const std::string one = asked.parts[first ? 0 : 1];
      EXPECT_EQ(asked.answer, first && second ? both : first || second ? one : "neither");
      break;
    }
    default:
      break;
  }
}

std::vector<Thing> ShapesCalled(const std::string& word, const Scene& scene) {
  std::vector<Thing> shapes;
  std::ranges::copy_if(scene.things, std::back_inserter(shapes), [&](const Thing& thing) {
    const ThingName& name = ThingNames()[static_cast<std::size_t>(thing.name)];
    return thing.kind == ThingKind::kShape && (word == name.name || word == name.plural);
  });
  return shapes;
}

// The color of the shape that a phrase like "leftmost star" or "upper star" means; empty if it is
// another phrase.
std::string ColorAtEnd(const std::string& phrase, const Scene& scene) {
  struct End {
    const char* first;
    bool is_across, is_least;
  };
  constexpr End kEnds[] = {
      {"left", true, true},          {"leftmost", true, true},    {"right", true, false},
      {"rightmost", true, false},    {"upper", false, true},      {"topmost", false, true},
      {"lower", false, false},       {"lowest", false, false},    {"on the left", true, true},
      {"on the right", true, false}, {"at the top", false, true}, {"at the bottom", false, false}};
  const auto space = phrase.rfind(' ');
  if (space == std::string::npos) return "";
  for (const End& end : kEnds) {
    if (phrase.substr(0, space) != end.first) continue;
    const std::vector<Thing> shapes = ShapesCalled(phrase.substr(space + 1), scene);
    const auto at = [&](const Thing& thing) {
      const Point center = thing.Center();
      return (end.is_across ? center.x : center.y) * (end.is_least ? 1 : -1);
    };
    return NameOf(std::ranges::min_element(shapes, {}, at)->color);
  }
  return "";
}

void ExpectColorsAreTrue(const QuestionAnswer& asked, const Scene& scene) {
  if (asked.form == QuestionForm::kSameColor) {
    std::set<std::string> colors;
    for (const Thing& shape : ShapesCalled(asked.parts[0], scene))
      colors.insert(NameOf(shape.color));
    EXPECT_EQ(asked.answer, YesNo(colors.size() == 1));
  } else if (asked.form == QuestionForm::kColorOfOne) {
    const std::string color = ColorAtEnd(asked.parts[0], scene);
    EXPECT_TRUE(color.empty() || asked.answer == color) << color;
  } else if (asked.form == QuestionForm::kWhichAtEnd) {
    const std::string color = ColorAtEnd(asked.parts[1] + " " + asked.parts[0], scene);
    EXPECT_EQ(asked.answer, "the " + color + " " + asked.parts[0]);
  } else if (asked.form == QuestionForm::kColorOfSeveral && asked.kind == "colour") {
    for (const Thing& shape : ShapesCalled(asked.parts[0], scene)) {
      EXPECT_NE(asked.answer.find(NameOf(shape.color)), std::string::npos);
    }
  }
}

// Of shapes of one name, which "they" are if there are no others.
void ExpectColorsOfSeveralAreTrue(const QuestionAnswer& asked, const Scene& scene) {
  const std::string& who = asked.parts[0];
  const std::vector<Thing> shapes = (who.starts_with("the ") || who.starts_with("all "))
                                        ? ShapesCalled(who.substr(4), scene)
                                        : std::vector<Thing>(scene.things);
  const auto is_asked = [&](const Thing& shape) {
    EXPECT_EQ(shape.name, shapes[0].name);
    return NameOf(shape.color) == asked.parts[1];
  };
  const auto count = std::ranges::count_if(shapes, is_asked);
  const bool all = asked.form == QuestionForm::kAllOfColor;
  EXPECT_EQ(asked.answer, YesNo(all ? count == std::ssize(shapes) : count > 0));
}

void ExpectDigitsAreTrue(const QuestionAnswer& asked, const Scene& scene) {
  std::string digits;
  for (const Thing& thing : scene.things) {
    if (thing.kind == ThingKind::kDisplay) digits = thing.reading;
  }
  const int number = digits.empty() ? 0 : std::stoi(digits);
  const auto other = [&] { return std::stoi(asked.parts[0]); };
  const std::map<QuestionForm, std::function<std::string()>> answers = {
      {QuestionForm::kFirstDigit, [&] { return digits.substr(0, 1); }},
      {QuestionForm::kLastDigit, [&] { return digits.substr(digits.size() - 1); }},
      {QuestionForm::kHowManyDigits, [&] { return kNumberWords[digits.size()]; }},
      {QuestionForm::kNumberAbove, [&] { return YesNo(number > other()); }},
      {QuestionForm::kNumberBelow, [&] { return YesNo(number < other()); }},
      {QuestionForm::kIsEven, [&] { return YesNo(number % 2 == 0); }},
      {QuestionForm::kIsOdd, [&] { return YesNo(number % 2 == 1); }},
      {QuestionForm::kHasText, [&] { return YesNo(!digits.empty()); }}};
  const auto found = answers.find(asked.form);
  if (found == answers.end()) return;
  EXPECT_EQ(asked.answer, found->second());
}

void ExpectIsTrue(const QuestionAnswer& asked, const Scene& scene) {
  ExpectDigitsAreTrue(asked, scene);
  if (asked.form == QuestionForm::kAllOfColor || asked.form == QuestionForm::kOneOfColor) {
    ExpectColorsOfSeveralAreTrue(asked, scene);
  }
  ExpectColorsAreTrue(asked, scene);
  ExpectEitherIsTrue(asked, scene);
  if (asked.kind == "exists") ExpectExistsIsTrue(asked, scene);
  if (asked.kind == "compare") ExpectComparisonIsTrue(asked, scene);
  if (asked.kind == "check") ExpectCheckIsTrue(asked, scene);
  if (asked.kind == "absent" && asked.form != QuestionForm::kReads) {
    EXPECT_EQ(CountOf(asked.answer.substr(std::string("there is no ").size()), scene), 0);
  }
  if (asked.kind == "count" && !asked.parts.empty()) {
    EXPECT_EQ(asked.answer, kNumberWords[static_cast<std::size_t>(CountOfPart(asked, scene))]);
  }
  if (asked.form == QuestionForm::kHowManyKinds) {
    std::set<int> names;
    for (const Thing& thing : scene.things) names.insert(thing.name);
    EXPECT_EQ(asked.answer, kNumberWords[names.size()]);
  }
  if (asked.form == QuestionForm::kWhichShapeOfColor || asked.form == QuestionForm::kWhatOfColor) {
    std::vector<Thing> colored;
    std::ranges::copy_if(scene.things, std::back_inserter(colored), [&](const Thing& thing) {
      return thing.kind == ThingKind::kShape && NameOf(thing.color) == asked.parts[0];
    });
    EXPECT_TRUE(NamesAll(ReadList(asked.answer), colored));
  }
  if (asked.form == QuestionForm::kListThings || asked.form == QuestionForm::kWhatIsShown) {
    EXPECT_TRUE(NamesAll(ReadList(asked.answer), scene.things));
  }
  if (asked.form == QuestionForm::kListOf || asked.form == QuestionForm::kWhichOf) {
    const Category* category = CategoryOf(asked.parts[0]);
    ASSERT_NE(category, nullptr);
    std::vector<Thing> members;
    std::ranges::copy_if(scene.things, std::back_inserter(members), [&](const Thing& thing) {
      return BelongsTo({thing.name, {}, {}}, *category) == Belongs::kYes;
    });
    if (members.empty()) {
      EXPECT_EQ(asked.answer, "none");
    } else {
      EXPECT_TRUE(NamesAll(ReadList(asked.answer), members));
    }
  }
}

TEST(MoreQuestions, AreAnsweredTruly) {
  std::map<std::string, int> kinds;
  std::map<QuestionForm, int> forms;
  for (int seed = 0; seed < kDrawnScenes; ++seed) {
    std::mt19937_64 rng(static_cast<std::uint64_t>(seed));
    const Scene scene = RandomScene(rng);
    for (const QuestionAnswer& asked : Drawn(scene, rng)) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ": " + asked.question + " " + asked.answer);
      ExpectIsTrue(asked, scene);
      ++kinds[asked.kind];
      ++forms[asked.form];
      if (testing::Test::HasFailure()) return;
    }
  }
  // Scenes of this test have no sizes.
  for (const char* kind : {"list", "describe", "check", "compare", "absent", "unanswerable",
                           "noquestion", "exists", "count"}) {
    EXPECT_GT(kinds[kind], kDrawnScenes / 20) << kind;
  }
  for (const QuestionForm form :
       {QuestionForm::kHowManyKinds, QuestionForm::kWhichShapeOfColor, QuestionForm::kWhatOfColor,
        QuestionForm::kEitherSide, QuestionForm::kEitherHeight, QuestionForm::kEitherSideOfAll,
        QuestionForm::kEitherEnd, QuestionForm::kEitherColor, QuestionForm::kEitherThing,
        QuestionForm::kSameColor, QuestionForm::kAllOfColor, QuestionForm::kOneOfColor,
        QuestionForm::kFirstDigit, QuestionForm::kHowManyDigits, QuestionForm::kHasText}) {
    EXPECT_GT(forms[form], kDrawnScenes / 100) << static_cast<int>(form);
  }
}

TEST(MoreQuestions, AnEmptySceneHasNothing) {
  std::mt19937_64 rng(9);
  const std::set<std::string> kTrue = {"zero",
                                       "no",
                                       "yes",
                                       "none",
                                       "nothing",
                                       "an empty picture",
                                       "I cannot tell",
                                       "I do not understand",
                                       "please ask about the picture"};
  for (const QuestionAnswer& asked : Questions(Scene(), 300, Wording::kTrained, rng)) {
    if (asked.kind == "two") continue;
    const bool denies = asked.answer.starts_with("there is no ");
    EXPECT_TRUE(denies || kTrue.contains(asked.answer)) << asked.question << " " << asked.answer;
    if (asked.answer == "yes") {
      EXPECT_TRUE(asked.form == QuestionForm::kMissing || asked.form == QuestionForm::kMissingAny);
    }
  }
}

TEST(MoreQuestions, LargestAndSmallestAreClear) {
  const auto thing_of = [](int name, float x, float side) {
    Thing thing;
    thing.name = name;
    thing.corners = {{{x, 0.4f}, {x + side, 0.4f}, {x + side, 0.4f + side}, {x, 0.4f + side}}};
    return thing;
  };
  Scene scene{
      .things = {thing_of(0, 0.1f, 0.2f), thing_of(1, 0.6f, 0.35f)}, .width = 200, .height = 200};
  std::mt19937_64 rng(3);
  std::set<std::string> answers;
  for (const QuestionAnswer& asked : Questions(scene, 400, Wording::kTrained, rng)) {
    if (asked.kind != "size" || asked.question.find(kNextTurn) != std::string::npos) continue;
    const bool large =
        asked.form == QuestionForm::kLargest || asked.form == QuestionForm::kWhichLarger;
    EXPECT_TRUE(asked.answer.ends_with(large ? "cat" : "dog")) << asked.question;
    answers.insert(asked.answer);
  }
  EXPECT_EQ(answers, (std::set<std::string>{"a dog", "a cat", "the dog", "the cat"}));
}

TEST(MoreQuestions, SizesAreCompared) {
  const auto group_of = [](int name, float size) {
    return PlacedGroup{.what = {name, {}, {}}, .centers = {{0.5f, 0.5f}}, .size = size};
  };
  std::mt19937_64 rng(4);
  const std::vector<PlacedGroup> groups = {group_of(0, 0.2f), group_of(1, 0.35f)};
  for (int i = 0; i < 100; ++i) {
    const bool yes = i % 2 == 0;
    const auto asked = AskSizeCheck(groups, yes, rng);
    ASSERT_TRUE(asked);
    const bool dog_first = asked->parts[0] == "the dog";
    EXPECT_EQ(dog_first != (asked->form == QuestionForm::kIsLarger), yes);
    EXPECT_EQ(asked->answer, YesNo(yes));
  }
  EXPECT_FALSE(AskSizeCheck({group_of(0, 0.2f), group_of(1, 0.22f)}, true, rng));
}

TEST(MoreQuestions, TheLargestOfSeveralShapesIsClear) {
  int circle = 0;
  while (std::string_view(ThingNames()[static_cast<std::size_t>(circle)].name) != "circle")
    ++circle;
  const auto group_of = [=](Color color, float size) {
    return PlacedGroup{.what = {circle, color, {}}, .centers = {{0.5f, 0.5f}}, .size = size};
  };
  std::mt19937_64 rng(8);
  std::set<std::string> answers;
  for (int i = 0; i < 200; ++i) {
    const auto asked =
        AskAmongColors({group_of(Color::kRed, 0.2f), group_of(Color::kBlue, 0.35f)}, false, rng);
    if (!asked || asked->form != QuestionForm::kWhichSize) continue;
    const bool large = asked->parts[1].find('g') != std::string::npos;  // larg..., big...
    EXPECT_EQ(asked->answer, large ? "the blue circle" : "the red circle") << asked->parts[1];
    answers.insert(asked->answer);
    const auto unclear =
        AskAmongColors({group_of(Color::kRed, 0.2f), group_of(Color::kBlue, 0.22f)}, false, rng);
    EXPECT_FALSE(unclear && unclear->form == QuestionForm::kWhichSize);
  }
  EXPECT_EQ(answers.size(), 2u);
}

TEST(MoreQuestions, TheNearestThingIsClear) {
  const auto group_of = [](int name, std::vector<Point> centers) {
    return PlacedGroup{.what = {name, {}, {}}, .centers = std::move(centers)};
  };
  std::mt19937_64 rng(5);
  const PlacedGroup dog = group_of(0, {{0.2f, 0.2f}}),
                    cats = group_of(1, {{0.4f, 0.2f}, {0.9f, 0.9f}});
  for (int i = 0; i < 20; ++i) {
    const auto asked = AskNearest({dog, cats}, false, rng);
    ASSERT_TRUE(asked);
    EXPECT_TRUE(asked->parts[0].ends_with("the dog")) << asked->parts[0];
    EXPECT_EQ(asked->answer, "a cat");
  }
  EXPECT_FALSE(
      AskNearest({dog, group_of(1, {{0.4f, 0.2f}}), group_of(2, {{0.3f, 0.37f}})}, false, rng));
  EXPECT_FALSE(AskNearest({dog, group_of(1, {{0.8f, 0.8f}})}, false, rng)) << "too far";
}

TEST(MoreQuestions, FollowUpsComeAfterAnotherQuestion) {
  std::mt19937_64 rng(6);
  int turns = 0;
  for (int i = 0; i < 300; ++i) {
    for (const QuestionAnswer& asked :
         Questions(RandomScene(rng), kPerScene, Wording::kTrained, rng)) {
      const auto marks = std::ranges::count(asked.question, kNextTurn);
      EXPECT_TRUE(marks == 0 || marks == 2) << asked.question;
      if (asked.kind == "followup") {
        EXPECT_EQ(marks, 2) << asked.question;
      }
      turns += marks > 0 ? 1 : 0;
    }
  }
  EXPECT_GT(turns, 100);
}

TEST(UsualColor, IsOfKnownThings) {
  EXPECT_EQ(UsualColor("frog"), "green");
  EXPECT_EQ(UsualColor("dog"), std::nullopt);
}

TEST(Categories, HaveKnownMembers) {
  std::set<std::string> known;
  for (const ThingName& thing : ThingNames()) known.insert(thing.name);
  for (const Category& category : Categories()) {
    for (const auto& names : {category.members, category.doubtful}) {
      for (const char* name : names) EXPECT_TRUE(known.contains(name)) << name;
    }
  }
}

}  // namespace
}  // namespace edgevlm::train
