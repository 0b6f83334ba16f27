#include "image/preprocess.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace edgevlm {
namespace {

Image Flat(int width, int height, std::array<std::uint8_t, 3> colour) {
  Image picture(width, height);
  for (std::size_t i = 0; i < picture.pixels.size(); ++i) picture.pixels[i] = colour[i % 3];
  return picture;
}

constexpr std::array<float, 3> kMean = {0.485f, 0.456f, 0.406f};
constexpr std::array<float, 3> kStd = {0.229f, 0.224f, 0.225f};

std::vector<float> Preprocessed(const Image& picture, const Preprocessing& preprocessing) {
  ThreadPool pool(2);
  const int cells = preprocessing.size * preprocessing.size;
  std::vector<float> out(static_cast<std::size_t>(cells) * 3 + 1, -99.0f);
  Preprocess(picture, preprocessing, {out.data(), cells, 3}, pool);
  EXPECT_EQ(out.back(), -99.0f) << "wrote past the end";
  out.pop_back();
  return out;
}

TEST(FitInto, KeepsProportionsAndCentres) {
  const auto is = [](const Letterbox& box, int left, int top, int width, int height) {
    EXPECT_EQ(box.left, left);
    EXPECT_EQ(box.top, top);
    EXPECT_EQ(box.width, width);
    EXPECT_EQ(box.height, height);
  };
  is(FitInto(300, 300, 160), 0, 0, 160, 160);
  is(FitInto(400, 300, 160), 0, 20, 160, 120);
  is(FitInto(300, 400, 160), 20, 0, 120, 160);
  is(FitInto(1, 1, 160), 0, 0, 160, 160);
  is(FitInto(65500, 1, 160), 0, 79, 160, 1);
  is(FitInto(1, 65500, 161), 80, 0, 1, 161);
}

TEST(Preprocess, NormalisesAndFillsTheBars) {
  constexpr std::array<std::uint8_t, 3> kColour = {10, 200, 77};
  const auto out = Preprocessed(Flat(40, 20, kColour), {.size = 16, .mean = kMean, .std = kStd});
  for (std::size_t y = 0; y < 16; ++y) {
    for (std::size_t i = 0; i < 48; ++i) {
      const std::size_t c = i % 3;
      const int value = y < 4 || y >= 12 ? 128 : kColour[c];
      const float expected = (static_cast<float>(value) / 255.0f - kMean[c]) / kStd[c];
      // |value / 255| <= 1, divided by std: a few roundings of numbers below 5.
      EXPECT_NEAR(out[y * 48 + i], expected, 4e-6f) << "y=" << y << " i=" << i;
    }
  }
}

TEST(Preprocess, FillsTheBarsBesideATallPicture) {
  const auto out = Preprocessed(Flat(10, 30, {255, 255, 255}), {.size = 9});
  for (std::size_t y = 0; y < 9; ++y) {
    for (std::size_t x = 0; x < 9; ++x) {
      const float expected = x < 3 || x >= 6 ? 128.0f / 127.5f - 1.0f : 1.0f;
      EXPECT_NEAR(out[(y * 9 + x) * 3], expected, 1e-6f) << "y=" << y << " x=" << x;
    }
  }
}

TEST(Preprocess, AllEqualsOneByOne) {
  const std::vector<Image> pictures = {Flat(5, 9, {1, 2, 3}), Flat(300, 200, {40, 50, 60}),
                                       Flat(16, 16, {255, 0, 9})};
  const Preprocessing preprocessing{.size = 16, .mean = kMean, .std = kStd};
  for (const int threads : {1, 2, 8}) {  // fewer and more than pictures
    ThreadPool pool(threads);
    std::vector<float> all(3 * 16 * 16 * 3);
    PreprocessAll(pictures, preprocessing, {all.data(), 3 * 16 * 16, 3}, pool);
    for (std::size_t i = 0; i < 3; ++i) {
      const auto one = Preprocessed(pictures[i], preprocessing);
      EXPECT_TRUE(std::equal(one.begin(), one.end(),
                             all.begin() + static_cast<std::ptrdiff_t>(i * one.size())))
          << "picture " << i << ", threads " << threads;
    }
  }
}

}  // namespace
}  // namespace edgevlm
