#include "image/preprocess.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace edgevlm {
namespace {

Image Flat(int width, int height, std::array<std::uint8_t, 3> color) {
  Image image(width, height);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = color[i % 3];
  return image;
}

constexpr std::array<float, 3> kMean = {0.485f, 0.456f, 0.406f};
constexpr std::array<float, 3> kStd = {0.229f, 0.224f, 0.225f};

std::vector<float> Preprocessed(const Image& image, const Preprocessing& preprocessing) {
  ThreadPool pool(2);
  const int cells = preprocessing.size * preprocessing.size;
  std::vector<float> out(static_cast<std::size_t>(cells) * 3 + 1, -99.0f);
  Preprocess(image, preprocessing, {out.data(), cells, 3}, pool);
  EXPECT_EQ(out.back(), -99.0f) << "wrote past the end";
  out.pop_back();
  return out;
}

TEST(FitInto, KeepsProportionsAndCenters) {
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

TEST(Preprocess, NormalizesAndFillsTheBars) {
  constexpr std::array<std::uint8_t, 3> kColor = {10, 200, 77};
  const auto out = Preprocessed(Flat(40, 20, kColor), {.size = 16, .mean = kMean, .std = kStd});
  for (std::size_t y = 0; y < 16; ++y) {
    for (std::size_t i = 0; i < 48; ++i) {
      const std::size_t c = i % 3;
      const int value = y < 4 || y >= 12 ? 128 : kColor[c];
      const float expected = (static_cast<float>(value) / 255.0f - kMean[c]) / kStd[c];
      // |value / 255| <= 1, divided by std: a few roundings of numbers below 5.
      EXPECT_NEAR(out[y * 48 + i], expected, 4e-6f) << "y=" << y << " i=" << i;
    }
  }
}

TEST(Preprocess, FillsTheBarsBesideATallImage) {
  const auto out = Preprocessed(Flat(10, 30, {255, 255, 255}), {.size = 9});
  for (std::size_t y = 0; y < 9; ++y) {
    for (std::size_t x = 0; x < 9; ++x) {
      const float expected = x < 3 || x >= 6 ? 128.0f / 127.5f - 1.0f : 1.0f;
      EXPECT_NEAR(out[(y * 9 + x) * 3], expected, 1e-6f) << "y=" << y << " x=" << x;
    }
  }
}

TEST(Preprocess, PadsWithTheFillColor) {
  constexpr Color kFill = {122, 116, 104}, kColor = {10, 200, 77};
  const auto out =
      Preprocessed(Flat(40, 20, kColor), {.size = 40, .fit = Fit::kPad, .fill = kFill});
  for (std::size_t y = 0; y < 40; ++y) {  // input size equals the image: nothing blends
    for (std::size_t i = 0; i < 120; ++i) {
      const int value = y < 10 || y >= 30 ? kFill[i % 3] : kColor[i % 3];
      EXPECT_NEAR(out[y * 120 + i], static_cast<float>(value) / 127.5f - 1.0f, 1e-6f);
    }
  }
  // Half as large, the first row of the image has taken on some of the color above it: more
  // than the letterbox, which never mixes the two.
  const auto small = Preprocessed(Flat(42, 20, {255, 255, 255}),
                                  {.size = 21, .fit = Fit::kPad, .fill = {0, 0, 0}});
  EXPECT_EQ(small[0], -1.0f);
  EXPECT_GT(small[5 * 63], -0.9f);
  EXPECT_LT(small[5 * 63], 0.9f);
  EXPECT_EQ(small[10 * 63], 1.0f);
}

TEST(Preprocess, StretchesToTheInputSize) {
  const auto out = Preprocessed(Flat(40, 10, {255, 0, 51}), {.size = 8, .fit = Fit::kStretch});
  for (std::size_t i = 0; i < out.size(); i += 3) {
    EXPECT_EQ(out[i], 1.0f);
    EXPECT_EQ(out[i + 1], -1.0f);
    EXPECT_NEAR(out[i + 2], -0.6f, 1e-6f);
  }
}

TEST(NormalizeTile, NormalizesATile) {
  Image image(7, 5);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    image.pixels[i] = static_cast<std::uint8_t>(i);
  }
  std::vector<float> out(4 * 4 * 3);
  NormalizeTile(image, 3, 1, {.size = 4, .mean = kMean, .std = kStd}, {out.data(), 16, 3});
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::size_t y = i / 12, x = i / 3 % 4, c = i % 3;
    const auto value = static_cast<float>(((y + 1) * 7 + x + 3) * 3 + c);
    EXPECT_NEAR(out[i], (value / 255.0f - kMean[c]) / kStd[c], 4e-6f) << i;
  }
}

}  // namespace
}  // namespace edgevlm
