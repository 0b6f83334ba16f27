#include "eval/datasets/make/generated_set.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <numbers>
#include <set>
#include <sstream>

#include "eval/datasets/make/shape_scene.h"

namespace edgevlm {
namespace {

namespace fs = std::filesystem;

constexpr Color kBlack = {0, 0, 0};
constexpr Color kWhite = {255, 255, 255};

// The part of an image that is not white, in pixels.
double InkOf(const Image& image) {
  double ink = 0;
  for (std::size_t i = 0; i < image.pixels.size(); i += 3) ink += 1 - image.pixels[i] / 255.0;
  return ink;
}

Image WhiteImage(int side) {
  Image image(side, side);
  FillImage(kWhite, image);
  return image;
}

TEST(DrawShape, CoversTheAreaOfTheShape) {
  const auto ink_of = [](ShapeKind kind) {
    Image image = WhiteImage(100);
    DrawShape(kind, {50, 50, 40}, kBlack, image);
    return InkOf(image) / (40 * 40);
  };
  EXPECT_NEAR(ink_of(ShapeKind::kCircle), std::numbers::pi, 0.02);
  EXPECT_NEAR(ink_of(ShapeKind::kRing), std::numbers::pi * 0.64, 0.02);
  EXPECT_NEAR(ink_of(ShapeKind::kSquare), 4 * 0.64, 0.02);
  EXPECT_NEAR(ink_of(ShapeKind::kDiamond), 2 / 1.3, 0.02);
  // Two bars, whose crossing counts once.
  EXPECT_NEAR(ink_of(ShapeKind::kCross), 2 * 1.9 * 0.56 - 0.56 * 0.56, 0.02);
  // Ten triangles from the center to an outer and an inner point.
  EXPECT_NEAR(ink_of(ShapeKind::kStar), 5 * 0.45 * std::sin(std::numbers::pi / 5), 0.02);
}

TEST(DrawShape, IsCutOffAtTheEdges) {
  Image image = WhiteImage(20);
  DrawShape(ShapeKind::kCircle, {0, 0, 10}, kBlack, image);
  EXPECT_NEAR(InkOf(image), std::numbers::pi * 25, 1);
  DrawShape(ShapeKind::kCircle, {-50, 500, 10}, kBlack, image);
  EXPECT_NEAR(InkOf(image), std::numbers::pi * 25, 1);
}

TEST(DrawDisplay, LightsTheSegmentsOfEachDigit) {
  // Red of lit segments over that of the panel.
  std::set<double> lights;
  for (char digit = '0'; digit <= '9'; ++digit) {
    Image image(100, 100);
    DrawDisplay(std::string(1, digit), 50, 50, 60, image);
    double light = 0;
    for (std::size_t i = 0; i < image.pixels.size(); i += 3) light += image.pixels[i] > 60 ? 1 : 0;
    lights.insert(light);
    EXPECT_GT(light, 0) << digit;
  }
  EXPECT_GE(lights.size(), 5u);
}

class MakeTest : public ::testing::Test {
 protected:
  MakeTest()
      : folder_(fs::path(::testing::TempDir()) /
                (std::string("make-") +
                 ::testing::UnitTest::GetInstance()->current_test_info()->name())) {
    fs::remove_all(folder_);
  }
  ~MakeTest() override { fs::remove_all(folder_); }

  std::vector<ManifestRow> Make(std::string_view set, int count, const std::string& name = "a") {
    const auto rows = FindGeneratedSet(set)->make(
        {.folder = (folder_ / name).string(), .count = count, .seed = 5, .side_pixels = 64});
    EXPECT_TRUE(rows.ok()) << rows.error().message;
    if (!rows.ok()) return {};
    std::istringstream in(ManifestText(*rows));
    const auto manifest = ParseManifest(in, "m", (folder_ / name).string(), {.check_files = true});
    EXPECT_TRUE(manifest.ok()) << manifest.error().message;
    return *rows;
  }

  std::string Bytes(const std::string& name) const {
    std::ifstream in(folder_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  fs::path folder_;
};

TEST_F(MakeTest, ScenesBalanceAnswers) {
  std::map<std::string, int> answers;
  for (const ManifestRow& row : Make("scenes", 40)) {
    if (row.category == "yes_no" || row.category == "choice") ++answers[row.answers[0]];
  }
  const std::map<std::string, int> expected = {{"yes", 20}, {"no", 20}, {"A", 10},
                                               {"B", 10},   {"C", 10},  {"D", 10}};
  EXPECT_EQ(answers, expected);
}

TEST_F(MakeTest, SameOptionsGiveTheSameFiles) {
  for (const GeneratedSet& set : GeneratedSets()) {
    const auto first = Make(set.name, 3, "a");
    const auto second = Make(set.name, 3, "b");
    EXPECT_EQ(first, second) << set.name;
    ASSERT_FALSE(first.empty());
    std::string file = first.back().path;
    if (first.back().type == MediaType::kVideo) file += "/007750.png";
    EXPECT_FALSE(Bytes("a/" + file).empty()) << file;
    EXPECT_EQ(Bytes("a/" + file), Bytes("b/" + file)) << file;
  }
}

TEST_F(MakeTest, PromptsHoldTheirAnswerOnce) {
  for (const ManifestRow& row : Make("prompts", 35)) {
    const std::string text = Bytes("a/" + row.path);
    const std::size_t found = text.find(" is " + row.answers[0] + ".");
    ASSERT_NE(found, std::string::npos) << row.id;
    EXPECT_EQ(text.find("The code", found), std::string::npos) << row.id;
    const double depth = std::stod(row.id.substr(row.id.rfind('-') + 1)) / 100;
    EXPECT_NEAR(static_cast<double>(found) / static_cast<double>(text.size()), depth, 0.25);
    const auto words = 1 + std::ranges::count(text, ' ');
    EXPECT_NEAR(static_cast<double>(words), std::stod(row.category), 12);
  }
}

// The group whose kind a question names first.
const ShapeGroup* NamedIn(const std::string& question, const ShapeScene& scene) {
  const ShapeGroup* named = nullptr;
  std::size_t first = question.size();
  for (const ShapeGroup& group : scene.groups) {
    const std::size_t found = question.find(NameOf(group.kind));
    if (found < first) {
      first = found;
      named = &group;
    }
  }
  return named;
}

// The answer as the scene has it.
std::string TrueAnswer(const ManifestRow& row, const ShapeScene& scene) {
  const ShapeGroup* group = NamedIn(row.question, scene);
  if (row.category == "reading") return scene.digits;
  if (row.category == "choice") {
    const std::string& name = row.choices[*RightChoice(row)];
    const bool is_right = std::ranges::any_of(scene.groups, [&](const ShapeGroup& other) {
      return NameOf(other.kind) == name &&
             row.question.find(other.color.name) < row.question.size();
    });
    return is_right ? row.answers[0] : "another";
  }
  if (group == nullptr) return "nothing is named";
  if (row.category == "count") return std::to_string(group->cells.size());
  if (row.category == "color") return std::string(group->color.name);
  if (row.category == "yes_no") {
    return row.question.find(group->color.name) == std::string::npos ? "no" : "yes";
  }
  const std::size_t of = row.question.find(" of the ");
  const ShapeGroup* other = NamedIn(row.question.substr(of), scene);
  return group->cells[0] % ShapeScene::kSide < other->cells[0] % ShapeScene::kSide ? "left"
                                                                                   : "right";
}

TEST(ShapeScene, AnswersAreTrue) {
  SeededRandom random(11);
  std::set<std::string> categories;
  for (std::size_t i = 0; i < 200; ++i) {
    const ShapeScene scene = ShapeScene::Compose(random);
    std::set<int> cells;
    std::size_t shapes = 0;
    for (const ShapeGroup& group : scene.groups) {
      shapes += group.cells.size();
      cells.insert(group.cells.begin(), group.cells.end());
    }
    EXPECT_EQ(cells.size(), shapes);
    for (const ManifestRow& row : QuestionsAbout(scene, i, random)) {
      EXPECT_EQ(row.answers[0], TrueAnswer(row, scene)) << row.question;
      categories.insert(row.category);
    }
  }
  EXPECT_THAT(categories,
              testing::ElementsAre("choice", "color", "count", "position", "reading", "yes_no"));
}

TEST(ShapeScene, DrawsEachShapeInItsCell) {
  SeededRandom random(3);
  for (int i = 0; i < 50; ++i) {
    const ShapeScene scene = ShapeScene::Compose(random);
    const Image image = scene.Draw(128);
    for (std::size_t k = 0; k < scene.groups.size(); ++k) {
      const ShapeGroup& group = scene.groups[k];
      const double radius = scene.sizes[k] * 32;
      for (const int cell : group.cells) {
        // Inside of every kind but the diamond and the triangle, whose middle is full; a ring's is
        // not.
        const double offset = group.kind == ShapeKind::kRing ? 0.8 * radius : 0;
        const int x = static_cast<int>((cell % ShapeScene::kSide + 0.5) * 32 + offset);
        const int y = static_cast<int>((cell / ShapeScene::kSide + 0.5) * 32);
        const std::uint8_t* pixel = image.Row(y) + std::ptrdiff_t{3} * x;
        EXPECT_EQ(Color({pixel[0], pixel[1], pixel[2]}), group.color.color) << NameOf(group.kind);
      }
    }
  }
}

}  // namespace
}  // namespace edgevlm
