#include "convert/huggingface/planned_tensor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "convert/huggingface/plan.h"

namespace edgevlm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// values 0, 1, 2, ... as stored
struct Counted {
  Counted(const Shape& counted_shape, DType counted_dtype)
      : shape(counted_shape), dtype(counted_dtype) {
    std::vector<float> values(static_cast<std::size_t>(*ValuesOf(shape)));
    std::iota(values.begin(), values.end(), 0.0f);
    bytes = *FromFloats(values, dtype);
  }
  TensorView View() const { return {.dtype = dtype, .shape = shape, .bytes = bytes}; }

  Shape shape;
  DType dtype;
  std::vector<std::byte> bytes;
};

std::vector<float> Made(const PlannedTensor& tensor) {
  const auto bytes = MakeBytes(tensor);
  if (!bytes) return {};
  return *ToFloats({.dtype = tensor.dtype, .shape = tensor.shape, .bytes = *bytes});
}

TEST(PlannedTensor, RopeHalvesBecomeAdjacentPairs) {
  // One head of width 6: rows 0, 1, 2 are paired with 3, 4, 5.
  std::vector<int> rows;
  for (int row = 0; row < 6; ++row) rows.push_back(RopeSourceRow(row, 6));
  EXPECT_THAT(rows, ElementsAre(0, 3, 1, 4, 2, 5));

  const Counted source({8, 2}, DType::kF16);  // two heads of width 4
  EXPECT_THAT(Made({.name = "q",
                    .dtype = DType::kF32,
                    .shape = {8, 2},
                    .source_name = "q",
                    .source = source.View(),
                    .change = Change::kRopePermuted,
                    .heads = 2}),
              ElementsAre(0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15));
  const Counted bias({4}, DType::kF32);
  EXPECT_THAT(Made({.name = "b",
                    .dtype = DType::kF32,
                    .shape = {4},
                    .source_name = "b",
                    .source = bias.View(),
                    .change = Change::kRopePermuted}),
              ElementsAre(0, 2, 1, 3));
}

TEST(PlannedTensor, TransposesAtEverySizeAroundAPass) {
  for (const std::int64_t outputs : {1, 63, 64, 65, 130}) {
    const std::int64_t inputs = 3;
    const Counted source({inputs, outputs}, DType::kF32);
    const std::vector<float> made = Made({.name = "w",
                                          .dtype = DType::kF32,
                                          .shape = {outputs, inputs},
                                          .source_name = "w",
                                          .source = source.View(),
                                          .change = Change::kTransposed});
    ASSERT_EQ(made.size(), static_cast<std::size_t>(inputs * outputs));
    for (std::int64_t n = 0; n < outputs; ++n) {
      for (std::int64_t k = 0; k < inputs; ++k) {
        EXPECT_EQ(made[static_cast<std::size_t>(n * inputs + k)],
                  static_cast<float>(k * outputs + n));
      }
    }
  }
}

TEST(PlannedTensor, EveryTypeFromEveryTypeAndMoreThanAChunk) {
  for (const DType from : {DType::kF32, DType::kF16, DType::kBF16}) {
    for (const DType to : {DType::kF32, DType::kF16, DType::kBF16}) {
      const Counted small({255}, from);  // numbers that all types hold
      std::vector<float> expected(255);
      std::iota(expected.begin(), expected.end(), 0.0f);
      EXPECT_EQ(Made({.name = "v",
                      .dtype = to,
                      .shape = {255},
                      .source_name = "v",
                      .source = small.View()}),
                expected);
    }
  }
  const Counted large({3, 40000}, DType::kF32);
  const std::vector<float> made = Made({.name = "v",
                                        .dtype = DType::kF32,
                                        .shape = {3, 40000},
                                        .source_name = "v",
                                        .source = large.View()});
  ASSERT_EQ(made.size(), 120000u);
  EXPECT_EQ(made[65536], 65536.0f);
  EXPECT_EQ(made.back(), 119999.0f);
}

TEST(PlannedTensor, OverflowOfF16IsAnError) {
  const auto make = [](float value, DType dtype) {
    return MakeBytes({.name = "x",
                      .dtype = dtype,
                      .shape = {1},
                      .source_name = "model.x",
                      .source = {},
                      .values = {value}});
  };
  EXPECT_TRUE(make(65504.0f, DType::kF16));
  EXPECT_TRUE(make(1e6f, DType::kBF16));
  const auto large = make(-1e6f, DType::kF16);
  ASSERT_FALSE(large);
  EXPECT_THAT(large.error().message, HasSubstr("tensor 'model.x'"));
  EXPECT_THAT(large.error().message, HasSubstr("found -1e+06"));
}

TEST(Plan, PatternsMatchNames) {
  EXPECT_TRUE(Matches("a.#.b", "a.12.b"));
  EXPECT_FALSE(Matches("a.#.b", "a..b"));
  EXPECT_FALSE(Matches("a.#.b", "a.1x.b"));
  EXPECT_TRUE(Matches("*position_ids", "text.embeddings.position_ids"));
  EXPECT_TRUE(Matches("*position_ids", "position_ids"));
  EXPECT_TRUE(Matches("vision.*", "vision.a.b"));
  EXPECT_FALSE(Matches("vision.*", "a.vision.b"));
  EXPECT_FALSE(Matches("a", "ab"));
  EXPECT_FALSE(Matches("ab", "a"));
  EXPECT_TRUE(Matches("", ""));
}

}  // namespace
}  // namespace edgevlm
