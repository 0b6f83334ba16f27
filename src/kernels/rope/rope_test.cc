#include "kernels/rope/rope.h"

#include <gtest/gtest.h>

#include <cfloat>
#include <cmath>

#include "kernels/testing/values.h"

namespace edgevlm {
namespace {

constexpr std::array kRopePairs = {RopePairs::kNeighbors, RopePairs::kHalves};

std::vector<float> Table(const RopeAngles& angles, RopePairs pairs, int position) {
  std::vector<float> table(2 * static_cast<std::size_t>(angles.rotated));
  FillRopeTable(RopeFrequencies(angles), pairs, position,
                View<float>(table.data(), 1, 2 * angles.rotated));
  return table;
}

void CompareWithScalar(RopeRow run, const RopeRowShape& shape, int shift) {
  const int n = shape.heads * shape.head_width;
  RandomValues random;
  const std::vector<float> x = random.Draw(n);
  const std::vector<float> table = Table({.rotated = shape.rotated}, shape.pairs, 77);
  Guarded<float> expected(1, n), actual(1, n, shift);
  expected.Fill(x);
  actual.Fill(x);
  RopeRowScalar(expected.view().data, table.data(), shape);
  run(actual.view().data, table.data(), shape);
  const int half = shape.rotated / 2;
  for (int i = 0; i < n; ++i) {
    const int index = i % shape.head_width;
    int partner = index ^ 1;
    if (shape.pairs == RopePairs::kHalves) partner = index < half ? index + half : index - half;
    float tolerance = 0;
    if (index < shape.rotated) {
      const float other = x[static_cast<std::size_t>(i - index + partner)];
      tolerance =
          2.0f * FLT_EPSILON * (std::fabs(x[static_cast<std::size_t>(i)]) + std::fabs(other));
    }
    EXPECT_NEAR(actual.view().data[i], expected.view().data[i], tolerance)
        << "d=" << shape.head_width << " r=" << shape.rotated << " shift=" << shift << " i=" << i;
  }
  EXPECT_TRUE(actual.intact()) << "d=" << shape.head_width << " r=" << shape.rotated;
}

TEST(Rope, VariantsAgreeWithScalar) {
  for (const auto& variant : RopeVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    SCOPED_TRACE(IsaName(variant.needs));
    for (const RopePairs pairs : kRopePairs) {
      SCOPED_TRACE(static_cast<int>(pairs));
      for (const int rotated : kTestLengths) {
        for (const int shift : kTestShifts) {
          if (rotated % 2 != 0) continue;
          CompareWithScalar(variant.run, {3, rotated, rotated, pairs}, shift);
          CompareWithScalar(variant.run, {2, rotated + 3, rotated, pairs}, shift);
        }
      }
    }
  }
}

// The first pair rotates by a quarter turn per position, the second by an eighth.
TEST(Rope, KnownValues) {
  const double half_pi = std::acos(0.0);
  const std::vector<double> frequencies = {half_pi, half_pi / 2};
  ThreadPool pool(1);
  for (const RopePairs pairs : kRopePairs) {
    // Rows stand at the positions 1 and 2; the last value of a head is not rotated.
    std::vector<float> table(16), x = {1, 2, 3, 4, 9, 1, 2, 3, 4, 9};
    const View<float> angles(table.data(), 2, 8);
    FillRopeTable(frequencies, pairs, 1, angles);
    Rope(View<float>(x.data(), 2, 5), 5, pairs, angles, pool);
    const double s = std::sqrt(0.5);
    // Position 1: a quarter turn, then an eighth; position 2: a half turn, then a quarter.
    const std::vector<double> expected =
        pairs == RopePairs::kHalves
            ? std::vector<double>{-3, (2 - 4) * s, 1, (2 + 4) * s, 9, -1, -4, -3, 2, 9}
            : std::vector<double>{-2, 1, (3 - 4) * s, (3 + 4) * s, 9, -1, -2, -4, 3, 9};
    for (std::size_t i = 0; i < x.size(); ++i) {
      EXPECT_NEAR(x[i], expected[i], 1e-6) << static_cast<int>(pairs) << " " << i;
    }
  }
}

// Pair i of a row is rotated as in a row whose only position is that on the pair's axis.
TEST(Rope, EachPairHasItsAxis) {
  const std::vector<double> frequencies = RopeFrequencies({.rotated = 8});
  const std::vector<int> axes = {2, 0, 1, 0}, positions = {5, 60, 7, 8, 0, 90};
  for (const RopePairs pairs : kRopePairs) {
    std::vector<float> table(2 * 16);
    FillRopeTable(frequencies, pairs, axes, {positions.data(), 2, 3}, {table.data(), 2, 16});
    for (std::size_t row = 0; row < 2; ++row) {
      for (std::size_t pair = 0; pair < 4; ++pair) {
        const int position = positions[3 * row + static_cast<std::size_t>(axes[pair])];
        const std::vector<float> alone = Table({.rotated = 8}, pairs, position);
        const std::size_t first = pairs == RopePairs::kHalves ? pair : 2 * pair;
        EXPECT_EQ(table[16 * row + first], alone[first]);
        EXPECT_EQ(table[16 * row + 8 + first], alone[8 + first]);
      }
    }
  }
}

TEST(Rope, Frequencies) {
  const std::vector<double> plain = RopeFrequencies({.rotated = 4, .base = 100});
  ASSERT_EQ(plain.size(), 2u);
  EXPECT_DOUBLE_EQ(plain[0], 1.0);
  EXPECT_DOUBLE_EQ(plain[1], 0.1);
  const std::vector<float> factors = {1.0f, 8.0f};
  const std::vector<double> slowed =
      RopeFrequencies({.rotated = 4, .base = 100, .scale = 0.5, .factors = factors});
  EXPECT_DOUBLE_EQ(slowed[0], 0.5);
  EXPECT_DOUBLE_EQ(slowed[1], 0.5 * 0.1 / 8);
}

// The purpose of RoPE: a score depends on the distance of query and key alone.
TEST(Rope, ScoresDependOnDistanceAlone) {
  constexpr int kWidth = 32;
  const std::vector<double> frequencies = RopeFrequencies({.rotated = kWidth});
  RandomValues random;
  const std::vector<float> q = random.Draw(kWidth), k = random.Draw(kWidth);
  ThreadPool pool(1);
  const auto score = [&](RopePairs pairs, int q_position, int k_position) {
    std::vector<float> table(4 * kWidth), rows(q);
    rows.insert(rows.end(), k.begin(), k.end());
    const View<float> angles(table.data(), 2, 2 * kWidth);
    FillRopeTable(frequencies, pairs, q_position, angles.Rows(0, 1));
    FillRopeTable(frequencies, pairs, k_position, angles.Rows(1, 1));
    Rope(View<float>(rows.data(), 2, kWidth), kWidth, pairs, angles, pool);
    double sum = 0;
    for (std::size_t i = 0; i < kWidth; ++i) {
      sum += static_cast<double>(rows[i]) * static_cast<double>(rows[kWidth + i]);
    }
    return sum;
  };
  for (const RopePairs pairs : kRopePairs) {
    const double expected = score(pairs, 5, 2);
    EXPECT_NEAR(score(pairs, 100003, 100000), expected, 1e-4);
    EXPECT_GT(std::fabs(score(pairs, 5, 3) - expected), 1e-2);
  }
}

}  // namespace
}  // namespace edgevlm
