#include "train/scenes/draw.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <memory>
#include <utility>

#include "image/write.h"
#include "train/scenes/colors.h"
#include "train/scenes/compose.h"
#include "train/scenes/display.h"
#include "train/scenes/jpeg.h"
#include "train/scenes/photographs.h"
#include "train/scenes/shapes.h"
#include "train/scenes/things.h"

namespace edgevlm::train {
namespace {

constexpr const char* kFont = "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf";

class DrawTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!std::filesystem::exists(kFont)) return;
    auto glyphs = Glyphs::Load({});
    ASSERT_TRUE(glyphs.ok()) << glyphs.error().message;
    glyphs_ = std::make_unique<Glyphs>(*std::move(glyphs));
  }
  static void TearDownTestSuite() { glyphs_.reset(); }
  void SetUp() override {
    if (glyphs_ == nullptr) GTEST_SKIP() << "Noto Color Emoji is not installed";
  }

  static inline std::unique_ptr<Glyphs> glyphs_;
};

Scene SceneOf(ThingKind kind, int name, Color color, std::uint64_t seed) {
  const std::array<Point, 4> corners = {{{0.2f, 0.2f}, {0.8f, 0.2f}, {0.8f, 0.8f}, {0.2f, 0.8f}}};
  const std::string digits = kind == ThingKind::kDisplay ? "8" : "";
  return {.things = {Thing{kind, name, color, digits, corners}},
          .width = 200,
          .height = 200,
          .seed = seed};
}

// Mean color of the 9 x 9 pixels around a point.
Rgb MeanAround(const Image& image, int center_x, int center_y) {
  Rgb sum;
  for (int y = center_y - 4; y <= center_y + 4; ++y) {
    for (int x = center_x - 4; x <= center_x + 4; ++x) {
      const std::uint8_t* pixel = image.Row(y) + 3 * x;
      sum.r += pixel[0], sum.g += pixel[1], sum.b += pixel[2];
    }
  }
  return Scale(sum, 1 / 81.0f);
}

TEST_F(DrawTest, EveryGlyphHasAnImage) {
  for (int name = 0; name < FirstShape(); ++name) {
    SCOPED_TRACE(ThingNames()[static_cast<std::size_t>(name)].name);
    const Glyph& glyph = glyphs_->Of(name, 0);
    EXPECT_GE(std::max(glyph.levels[0].width, glyph.levels[0].height), 64);
    const GlyphSampler coarsest(glyph, static_cast<int>(glyph.levels.size()) - 1);
    EXPECT_GT(coarsest.At(0.5f, 0.5f).a, 0);
    EXPECT_EQ(coarsest.At(-0.5f, 0.5f).a, 0);
    EXPECT_EQ(coarsest.At(0.5f, 1.5f).a, 0);
  }
}

TEST_F(DrawTest, SameSceneSameBytes) {
  std::mt19937_64 rng(11);
  for (int i = 0; i < 12; ++i) {
    Scene scene = Compose({}, rng);
    const Image first = Draw(scene, *glyphs_);
    EXPECT_EQ(first.pixels, Draw(scene, *glyphs_).pixels) << "scene " << i;
    EXPECT_EQ(first.width, scene.width);
    EXPECT_EQ(first.height, scene.height);
    ++scene.seed;
    EXPECT_NE(first.pixels, Draw(scene, *glyphs_).pixels) << "scene " << i;
  }
}

TEST_F(DrawTest, ShapesContrastWithTheirBackground) {
  const int circle = FirstShape();
  for (int color = 0; color < 10; ++color) {
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
      const Image image =
          Draw(SceneOf(ThingKind::kShape, circle, static_cast<Color>(color), seed), *glyphs_);
      // The camera may take 15 % of the contrast of 68, and light another 20 %.
      for (const int corner : {20, 180}) {
        EXPECT_GT(Contrast(MeanAround(image, 100, 100), MeanAround(image, corner, corner)), 30)
            << kColorNames[static_cast<std::size_t>(color)] << " seed " << seed;
      }
    }
  }
}

TEST_F(DrawTest, ReddishThingsAreRed) {
  const int square = FirstShape() + 1;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    const Rgb red =
        MeanAround(Draw(SceneOf(ThingKind::kShape, square, Color::kRed, seed), *glyphs_), 100, 100);
    EXPECT_GT(red.r, 2 * red.g) << "seed " << seed;
    EXPECT_GT(red.r, 2 * red.b) << "seed " << seed;
  }
}

TEST_F(DrawTest, AnEightHasItsMiddleSegmentLit) {
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    Scene scene = SceneOf(ThingKind::kDisplay, DisplayName(), Color::kGreen, seed);
    const auto green_at_center = [&](const char* digit) {
      scene.things[0].reading = digit;
      return MeanAround(Draw(scene, *glyphs_), 100, 100).g;
    };
    EXPECT_GT(green_at_center("8"), green_at_center("0") + 40) << "seed " << seed;
  }
}

constexpr const char* kRedSquare = R"(<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'>)"
                                   R"(<rect x='2' y='2' width='4' height='4' fill='#f00'/></svg>)";

// A folder with one style that draws dogs only.
class StylesTest : public DrawTest {
 protected:
  void SetUp() override {
    DrawTest::SetUp();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void Write(const std::string& text) { std::ofstream(folder_ + "/red.json") << text; }

  std::string folder_ = testing::TempDir() + "styles";
};

TEST_F(StylesTest, ReplaceTheEmojiThatTheyHave) {
  Write(std::string(R"({"1f415": ")") + kRedSquare + R"("})");
  const auto glyphs = Glyphs::Load({.styles = folder_});
  ASSERT_TRUE(glyphs.ok()) << glyphs.error().message;
  ASSERT_EQ(glyphs->styles(), 2);
  const Rgb dog = glyphs->Of(0, 1).mean;
  EXPECT_NEAR(dog.r, 255, 1);
  EXPECT_NEAR(dog.g, 0, 1);
  EXPECT_EQ(glyphs->Of(0, 1).levels[0].width, glyphs->Of(0, 1).levels[0].height);
  EXPECT_EQ(&glyphs->Of(1, 1), &glyphs->Of(1, 0)) << "it has no cat";

  std::mt19937_64 rng(4);
  for (int i = 0; i < 8; ++i) {
    Scene scene = Compose({}, rng);
    scene.varied = true, scene.style = 1;
    const Image image = Draw(scene, *glyphs);
    EXPECT_EQ(image.pixels, Draw(scene, *glyphs).pixels) << "scene " << i;
    scene.varied = false, scene.style = 0;
    EXPECT_NE(image.pixels, Draw(scene, *glyphs).pixels) << "scene " << i;
    EXPECT_EQ(Draw(scene, *glyphs).pixels, Draw(scene, *glyphs_).pixels) << "scene " << i;
  }
}

TEST_F(StylesTest, BackgroundsMayBePhotographs) {
  Write("{}");
  const std::string photographs = folder_ + "/photographs";
  EXPECT_EQ(Glyphs::Load({.photographs = photographs}).error().code, ErrorCode::kNotFound);
  std::filesystem::create_directories(photographs);
  Image green(600, 400);
  for (std::size_t i = 0; i < green.pixels.size(); i += 3) green.pixels[i + 1] = 200;
  ASSERT_EQ(WritePng(photographs + "/green.png", green), std::nullopt);
  const auto glyphs = Glyphs::Load({.styles = folder_, .photographs = photographs});
  ASSERT_TRUE(glyphs.ok()) << glyphs.error().message;
  EXPECT_EQ(glyphs->photographs()[0].width, 480);
  EXPECT_EQ(glyphs->photographs()[0].height, 320);

  Canvas canvas(200, 160);
  std::mt19937_64 rng(2);
  DrawPhotograph(glyphs->photographs(), {}, rng, canvas);
  for (const Rgb& pixel : canvas.pixels) EXPECT_NEAR(pixel.g, 200, 1);
  std::ofstream(photographs + "/broken.png") << "no image";
  EXPECT_EQ(Glyphs::Load({.photographs = photographs}).error().code, ErrorCode::kUnsupported);
}

TEST_F(StylesTest, WrongFilesAreErrors) {
  EXPECT_EQ(Glyphs::Load({.styles = folder_}).error().code, ErrorCode::kNotFound);
  for (const char* text : {"", "[]", R"({"1f415": 3})"}) {
    Write(text);
    const auto glyphs = Glyphs::Load({.styles = folder_});
    ASSERT_FALSE(glyphs.ok()) << text;
    EXPECT_EQ(glyphs.error().code, ErrorCode::kCorrupt) << text;
  }
}

// The center of an eight is lit, that of another digit is not, in every kind of digits.
TEST(Display, EveryKindOfDigitsShowsThem) {
  if (!std::filesystem::exists(kFont)) GTEST_SKIP() << "Noto Color Emoji is not installed";
  const std::string folder = testing::TempDir() + "digits";
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/none.json") << "{}";
  const auto glyphs = Glyphs::Load({.styles = folder});
  ASSERT_TRUE(glyphs.ok()) << glyphs.error().message;
  DisplayLook look;
  look.lit = {255, 255, 255};
  look.thickness = 0.2f;
  const auto brightness = [&look](const char* digit, float v) {
    const float height_ratio = 1.6f * kPanelHeight / PanelWidth(1, 1.3f);
    return DisplayPaint(digit, 1.3f, look, height_ratio, 0.02f)(0.5f, v).g;
  };
  for (const DigitKind kind : {DigitKind::kSegments, DigitKind::kDots, DigitKind::kPrinted}) {
    look.digits = kind;
    look.printed = &glyphs->printed_digits()[0];
    EXPECT_GT(brightness("8", 0.5f), brightness("1", 0.99f) + 100);
    // A zero of dots has a stroke through it.
    const char* hollow = kind == DigitKind::kDots ? "4" : "0";
    EXPECT_GT(brightness("8", 0.5f), brightness(hollow, 0.5f) + 100);
  }
}

TEST(Glyphs, MissingFontIsAnError) {
  const auto glyphs = Glyphs::Load({.font = "/nowhere/font.ttf"});
  ASSERT_FALSE(glyphs.ok());
  EXPECT_EQ(glyphs.error().code, ErrorCode::kNotFound);
}

TEST(Shapes, FitTheirBoxes) {
  for (int form = 0; form < 8; ++form) {
    const bool hollow = static_cast<Form>(form) == Form::kRing;
    EXPECT_EQ(DistanceTo(static_cast<Form>(form), 0, 0) > 0, hollow) << form;
    for (int i = 0; i <= 40; ++i) {
      const float along = static_cast<float>(i) / 20 - 1;
      EXPECT_GT(DistanceTo(static_cast<Form>(form), along, -1), 0) << form << " at " << along;
      EXPECT_GT(DistanceTo(static_cast<Form>(form), along, 1), 0) << form << " at " << along;
      EXPECT_GT(DistanceTo(static_cast<Form>(form), -1, along), 0) << form << " at " << along;
      EXPECT_GT(DistanceTo(static_cast<Form>(form), 1, along), 0) << form << " at " << along;
    }
  }
}

TEST(Homography, MapsTheUnitSquareToItsCornersAndBack) {
  const std::array<Point, 4> corners = {{{10, 12}, {95, 20}, {90, 110}, {5, 99}}};
  const Homography map = FromUnitSquare(corners);
  const Homography inverse = Inverse(map);
  const std::array<Point, 4> units = {{{0, 0}, {1, 0}, {1, 1}, {0, 1}}};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(map.Map(units[i]).x, corners[i].x, 1e-3f);
    EXPECT_NEAR(map.Map(units[i]).y, corners[i].y, 1e-3f);
    EXPECT_NEAR(inverse.Map(corners[i]).x, units[i].x, 1e-4f);
    EXPECT_NEAR(inverse.Map(corners[i]).y, units[i].y, 1e-4f);
  }
}

TEST(Jpeg, KeepsAPlainColorAndTheSize) {
  for (const bool subsampled : {false, true}) {
    Image image(37, 21);  // no multiple of a block
    for (std::size_t i = 0; i < image.pixels.size(); i += 3) {
      image.pixels[i] = 200, image.pixels[i + 1] = 80, image.pixels[i + 2] = 30;
    }
    ThroughJpeg(95, subsampled, image);
    ASSERT_EQ(image.pixels.size(), 37u * 21 * 3);
    EXPECT_NEAR(image.pixels[0], 200, 4);
    EXPECT_NEAR(image.pixels[1], 80, 4);
    EXPECT_NEAR(image.pixels[2], 30, 4);
  }
}

TEST(Colors, HuesTurnAndGraysStay) {
  const auto mapped = [](const ColorMatrix& m, std::array<float, 3> color) {
    std::array<float, 3> result;
    for (std::size_t row = 0; row < 3; ++row) {
      result[row] = m[3 * row] * color[0] + m[3 * row + 1] * color[1] + m[3 * row + 2] * color[2];
    }
    return result;
  };
  const auto expect_near = [](std::array<float, 3> a, std::array<float, 3> b) {
    for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(a[i], b[i], 1e-4f);
  };
  expect_near(mapped(HueAndSaturation(14, 1.3f), {90, 90, 90}), {90, 90, 90});
  expect_near(mapped(HueAndSaturation(120, 1), {255, 0, 0}), {0, 255, 0});
  expect_near(mapped(HueAndSaturation(360, 1), {10, 20, 30}), {10, 20, 30});
  expect_near(mapped(HueAndSaturation(0, 0), {30, 60, 90}), {60, 60, 60});
}

TEST(Colors, NamesAreFarApart) {
  std::mt19937_64 rng(5);
  for (int i = 0; i < 300; ++i) {
    for (int a = 0; a < 10; ++a) {
      for (int b = 0; b < a; ++b) {
        const float contrast =
            Contrast(ShadeOf(static_cast<Color>(a), rng), ShadeOf(static_cast<Color>(b), rng));
        EXPECT_GT(contrast, 20) << kColorNames[static_cast<std::size_t>(a)] << " against "
                                << kColorNames[static_cast<std::size_t>(b)];
      }
    }
  }
}

}  // namespace
}  // namespace edgevlm::train
