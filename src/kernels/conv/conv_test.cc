#include "kernels/conv/conv.h"

#include <gtest/gtest.h>

#include <cfloat>
#include <cmath>

#include "kernels/conv/conv_variants.h"
#include "kernels/testing/values.h"

namespace edgevlm {
namespace {

struct Image {
  Image(int height, int width, int channels, int shift) : cells(height * width, channels, shift) {
    cells.Fill(RandomValues().Draw(height * width * channels));
    map = {cells.view(), height, width};
  }

  Guarded<float> cells;
  FeatureMap map;
};

void CompareDepthwise(DepthwiseFunction run, const Window& window, int side, int channels) {
  SCOPED_TRACE(testing::Message() << "kernel=" << window.kernel << " stride=" << window.stride
                                  << " side=" << side << " C=" << channels);
  const int shift = channels % 4;
  Image x(side, side + 1, channels, shift);
  RandomValues random;
  const int tap_count = window.kernel * window.kernel;
  Guarded<float> taps(tap_count, channels, shift), bias(1, channels);
  taps.Fill(random.Draw(tap_count * channels));
  bias.Fill(random.Draw(channels));
  const int height = window.Outputs(side), cells = height * window.Outputs(side + 1);
  for (const bool fused : {false, true}) {
    Epilogue epilogue;
    if (fused) epilogue = {.bias = bias.view().Row(0), .activation = Activation::kHardSwish};
    Guarded<float> expected(cells, channels), actual(cells, channels, shift);
    DepthwiseScalar({x.map, taps.view(), window, epilogue, expected.view()}, 0, height);
    run({x.map, taps.view(), window, epilogue, actual.view()}, 0, height);
    // At most tap_count roundings of sums of products of values below 5; slope at most 1.5.
    const float tolerance = 1.5f * FLT_EPSILON * static_cast<float>(tap_count * tap_count) * 16.0f;
    for (int row = 0; row < cells; ++row) {
      for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
        ASSERT_NEAR(actual.view().Row(row)[c], expected.view().Row(row)[c], tolerance);
      }
    }
    ASSERT_TRUE(actual.intact());
  }
}

TEST(DepthwiseConv, VariantsAgreeWithScalar) {
  for (const auto& variant : DepthwiseVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    SCOPED_TRACE(IsaName(variant.needs));
    for (const int kernel : {1, 3, 5}) {
      for (const int stride : {1, 2, 3}) {
        for (const int side : {1, 2, 3, 6}) {
          for (const int channels : {1, 3, 16, 24, 65, 72}) {
            CompareDepthwise(variant.run, {kernel, stride}, side, channels);
          }
        }
      }
    }
    for (const int channels : kTestLengths) CompareDepthwise(variant.run, {3, 2}, 5, channels);
  }
}

TEST(DepthwiseConv, ThreadsAndPackingGiveWhatTheFormulaSays) {
  constexpr int kChannels = 5, kSide = 23;
  Image x(kSide, kSide, kChannels, 0);
  const std::vector<float> weight = RandomValues().Draw(kChannels * 9);
  const std::vector<float> taps = PackDepthwise(View<const float>(weight.data(), kChannels, 9));
  ThreadPool several(3);
  Guarded<float> y(12 * 12, kChannels);
  DepthwiseConv(x.map, View<const float>(taps.data(), 9, kChannels), {3, 2}, {}, y.view(), several);
  // Cell (row 4, column 7) of the output looks at rows 7..9 and columns 13..15.
  for (std::size_t c = 0; c < kChannels; ++c) {
    double expected = 0.0;
    for (int tap = 0; tap < 9; ++tap) {
      const int cell = (7 + tap / 3) * kSide + 13 + tap % 3;
      expected += static_cast<double>(x.map.cells.Row(cell)[c]) *
                  static_cast<double>(weight[c * 9 + static_cast<std::size_t>(tap)]);
    }
    EXPECT_NEAR(y.view().Row(4 * 12 + 7)[c], expected, 1e-5);
  }
  EXPECT_TRUE(y.intact());
}

// Against the seven loops of the definition.
TEST(Conv2d, FollowsTheDefinition) {
  constexpr int kIn = 3, kOut = 18, kHeight = 9, kWidth = 12;
  const std::vector<float> pixels = RandomValues().Draw(kHeight * kWidth * kIn);
  const FeatureMap x{View<const float>(pixels.data(), kHeight * kWidth, kIn), kHeight, kWidth};
  const std::vector<float> weight = RandomValues().Draw(kOut * kIn * 9);
  const std::vector<float> bias = RandomValues().Draw(kOut);
  const Window window{3, 2};
  const Weight w = PackConv2d(View<const float>(weight.data(), kOut, kIn * 9), 3);
  std::vector<float> scratch(Conv2dScratchSize(x, window));
  ThreadPool several(2);
  Guarded<float> y(5 * 6, kOut);
  Conv2d(x, w, window, {.bias = bias}, scratch, y.view(), several);
  for (int row = 0; row < 5; ++row) {
    for (int column = 0; column < 6; ++column) {
      for (int n = 0; n < kOut; ++n) {
        double expected = static_cast<double>(bias[static_cast<std::size_t>(n)]);
        for (int i = 0; i < kIn * 9; ++i) {
          const int in_y = row * 2 + i % 9 / 3 - 1, in_x = column * 2 + i % 3 - 1;
          if (in_y < 0 || in_y >= kHeight || in_x < 0 || in_x >= kWidth) continue;
          const auto value = x.cells.Row(in_y * kWidth + in_x)[static_cast<std::size_t>(i / 9)];
          expected += static_cast<double>(value) *
                      static_cast<double>(weight[static_cast<std::size_t>(n * kIn * 9 + i)]);
        }
        EXPECT_NEAR(y.view().Row(row * 6 + column)[static_cast<std::size_t>(n)], expected, 2e-5);
      }
    }
  }
  EXPECT_TRUE(y.intact());
}

TEST(GlobalMean, VariantsAgreeWithScalar) {
  for (const auto& variant : MeanVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    SCOPED_TRACE(IsaName(variant.needs));
    for (const int channels : kTestLengths) {
      for (const int rows : {1, 2, 49}) {
        Guarded<float> x(rows, channels, 1), expected(1, channels), actual(1, channels, 3);
        x.Fill(RandomValues().Draw(rows * channels));
        MeanScalar(x.view(), expected.view().data);
        variant.run(x.view(), actual.view().data);
        for (int c = 0; c < channels; ++c) {
          EXPECT_EQ(actual.view().data[c], expected.view().data[c]) << channels << " " << rows;
        }
        EXPECT_TRUE(actual.intact());
      }
    }
  }
}

TEST(ScaleChannels, VariantsAgreeWithScalar) {
  for (const auto& variant : ScaleVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    SCOPED_TRACE(IsaName(variant.needs));
    for (const int channels : kTestLengths) {
      const std::vector<float> values = RandomValues().Draw(3 * channels);
      const std::vector<float> scale = RandomValues().Draw(channels);
      Guarded<float> expected(3, channels), actual(3, channels, 1);
      expected.Fill(values);
      actual.Fill(values);
      ScaleScalar(expected.view(), scale.data());
      variant.run(actual.view(), scale.data());
      for (int row = 0; row < 3; ++row) {
        for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
          EXPECT_EQ(actual.view().Row(row)[c], expected.view().Row(row)[c]);
        }
      }
      EXPECT_TRUE(actual.intact());
    }
  }
}

}  // namespace
}  // namespace edgevlm
