#include "kernels/resample/resample.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <vector>

namespace edgevlm {
namespace {

std::vector<std::uint8_t> Noise(std::size_t count, unsigned seed) {
  std::mt19937 rng(seed);
  std::vector<std::uint8_t> values(count);
  for (std::uint8_t& value : values) value = static_cast<std::uint8_t>(rng());
  return values;
}

constexpr Filter kFilters[] = {Filter::kBilinear, Filter::kBicubic, Filter::kLanczos3};

// Runs `test` with every variant of the list that this processor has.
template <class Function, class Test>
void ForEveryVariant(const VariantList<Function>& variants, const Test& test) {
  for (const auto& variant : variants) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    SCOPED_TRACE(IsaName(variant.needs));
    test(variant.run);
  }
}

constexpr int kSizes[][2] = {{1, 1},   {1, 7},   {7, 1},   {2, 3},     {3, 2},
                             {5, 5},   {6, 9},   {9, 6},   {31, 17},   {17, 31},
                             {16, 64}, {100, 3}, {3, 100}, {257, 255}, {640, 33}};

TEST(Resample, RowsEqualTheSpecification) {
  ForEveryVariant(ResampleRowsVariants(), [](ResampleRowsFunction resample) {
    for (const Filter filter : kFilters) {
      for (const auto& [in_width, out_width] : kSizes) {
        constexpr int kHeight = 3;
        const ResampleAxis axis = MakeResampleAxis(in_width, out_width, filter);
        const auto in = Noise(static_cast<std::size_t>(kHeight * in_width * 3), 1);
        const std::size_t count = static_cast<std::size_t>(kHeight * out_width * 3);
        std::vector<std::uint8_t> expected(count);
        std::vector<std::uint8_t> found(count + 1, 42);
        const View<const std::uint8_t> in_view(in.data(), kHeight, in_width * 3);
        ResampleRowsScalar(in_view, axis, {expected.data(), kHeight, out_width * 3});
        resample(in_view, axis, {found.data(), kHeight, out_width * 3});
        EXPECT_EQ(found.back(), 42) << "wrote past the end";
        found.pop_back();
        EXPECT_EQ(found, expected) << in_width << " -> " << out_width;
      }
    }
  });
}

TEST(Resample, ColumnsEqualTheSpecification) {
  ForEveryVariant(ResampleColumnsVariants(), [](ResampleColumnsFunction resample) {
    for (const Filter filter : kFilters) {
      for (const auto& [in_height, out_height] : kSizes) {
        for (const int values : {1, 3, 15, 16, 17, 33, 96}) {
          const ResampleAxis axis = MakeResampleAxis(in_height, out_height, filter);
          const auto in = Noise(static_cast<std::size_t>(in_height * values), 2);
          const std::size_t count = static_cast<std::size_t>(out_height * values);
          std::vector<std::uint8_t> expected(count);
          std::vector<std::uint8_t> found(count + 1, 42);
          const View<const std::uint8_t> in_view(in.data(), in_height, values);
          ResampleColumnsScalar(in_view, axis, 0, {expected.data(), out_height, values});
          resample(in_view, axis, 0, {found.data(), out_height, values});
          EXPECT_EQ(found.back(), 42) << "wrote past the end";
          found.pop_back();
          EXPECT_EQ(found, expected) << in_height << " -> " << out_height << " x " << values;
        }
      }
    }
  });
}

TEST(Resample, AFlatImageStaysFlat) {
  for (const Filter filter : kFilters) {
    for (const auto& [in_width, out_width] : kSizes) {
      const ResampleAxis axis = MakeResampleAxis(in_width, out_width, filter);
      for (const std::uint8_t gray : std::initializer_list<std::uint8_t>{0, 1, 128, 254, 255}) {
        const std::vector<std::uint8_t> in(static_cast<std::size_t>(in_width) * 3, gray);
        std::vector<std::uint8_t> out(static_cast<std::size_t>(out_width) * 3);
        ResampleRows({in.data(), 1, in_width * 3}, axis, {out.data(), 1, out_width * 3});
        for (const std::uint8_t value : out) EXPECT_EQ(value, gray);
      }
    }
  }
}

TEST(ResampleAxis, StaysInsideTheImageAndInsideItsRow) {
  for (const Filter filter : kFilters) {
    for (const auto& [in, out] : kSizes) {
      const ResampleAxis axis = MakeResampleAxis(in, out, filter);
      EXPECT_EQ(axis.taps % kWeightAlign, 0);
      for (std::size_t x = 0; x < static_cast<std::size_t>(out); ++x) {
        EXPECT_GE(axis.first[x], 0);
        EXPECT_GE(axis.count[x], 1);
        EXPECT_LE(axis.count[x], axis.taps);
        EXPECT_LE(axis.first[x] + axis.count[x], in);
        std::int64_t sum = 0;
        std::int64_t magnitude = 0;
        for (int t = 0; t < axis.taps; ++t) {
          const auto at = x * static_cast<std::size_t>(axis.taps) + static_cast<std::size_t>(t);
          sum += axis.weights[at];
          magnitude += std::abs(axis.weights[at]);
        }
        EXPECT_NEAR(static_cast<double>(sum), 1 << kWeightBits, axis.taps);
        EXPECT_LT(magnitude, std::int64_t{2} << kWeightBits);  // so that sums fit 32 bits
      }
    }
  }
}

// A checkerboard of single pixels, shrunk, is gray: without antialiasing it would be a pattern.
TEST(Resample, ShrinkingIsAntialiased) {
  std::vector<std::uint8_t> in(300);
  for (std::size_t i = 0; i < in.size(); ++i) in[i] = (i / 3) % 2 == 0 ? 0 : 255;
  const ResampleAxis axis = MakeResampleAxis(100, 10, Filter::kBicubic);
  std::vector<std::uint8_t> out(30);
  ResampleRows({in.data(), 1, 300}, axis, {out.data(), 1, 30});
  for (const std::uint8_t value : out) EXPECT_NEAR(value, 127, 6);
}

}  // namespace
}  // namespace edgevlm
