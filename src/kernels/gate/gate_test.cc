#include "kernels/gate/gate.h"

#include <gtest/gtest.h>

#include <cfloat>
#include <cmath>

#include "kernels/test_values.h"

namespace edgevlm {
namespace {

float Tolerance(float expected, float up) {
  return 8.0f * FLT_EPSILON * std::fabs(expected) + 2e-36f * std::fabs(up);
}

void CompareWithScalar(GateRow run, int n, int shift) {
  RandomValues random;
  Guarded<float> gate(1, n, shift), up(1, n, shift);
  std::vector<float> values = random.Take(n);
  for (float& value : values) value *= 4.0f;
  gate.Fill(values);
  up.Fill(random.Take(n));
  Guarded<float> expected(1, n), actual(1, n, shift);
  GateRowScalar(gate.view().data, up.view().data, expected.view().data, n);
  run(gate.view().data, up.view().data, actual.view().data, n);
  for (int i = 0; i < n; ++i) {
    EXPECT_NEAR(actual.view().data[i], expected.view().data[i],
                Tolerance(expected.view().data[i], up.view().data[i]))
        << "n=" << n << " shift=" << shift << " i=" << i;
  }
  EXPECT_TRUE(actual.intact()) << "n=" << n << " shift=" << shift;
}

TEST(Gate, VariantsAgreeWithScalar) {
  for (const auto& variant : GateVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    SCOPED_TRACE(IsaName(variant.needs));
    for (const int n : kTestLengths) {
      for (const int shift : kTestShifts) CompareWithScalar(variant.run, n, shift);
    }
  }
}

TEST(Gate, HoldsOverTheWholeRange) {
  std::vector<float> gate;
  for (float value = -200.0f; value < 200.0f; value += 0.037f) gate.push_back(value);
  gate.insert(gate.end(), {-FLT_MAX, FLT_MAX, -1e20f, 1e20f, FLT_MIN, 0.0f});
  const int n = static_cast<int>(gate.size());
  const std::vector<float> up(gate.size(), 0.5f);
  std::vector<float> expected(gate.size()), actual(gate.size());
  GateRowScalar(gate.data(), up.data(), expected.data(), n);
  for (const auto& variant : GateVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    SCOPED_TRACE(IsaName(variant.needs));
    variant.run(gate.data(), up.data(), actual.data(), n);
    for (std::size_t i = 0; i < gate.size(); ++i) {
      EXPECT_NEAR(actual[i], expected[i], Tolerance(expected[i], up[i])) << "gate=" << gate[i];
    }
  }
}

TEST(Gate, KnownValuesInPlace) {
  std::vector<float> gate = {0.0f, 1.0f, -1.0f, 30.0f}, up = {5.0f, 2.0f, 2.0f, -1.0f};
  const View<float> rows(gate.data(), 2, 2);
  ThreadPool pool(1);
  Gate(rows, View<const float>(up.data(), 2, 2), rows, pool);
  EXPECT_EQ(gate[0], 0.0f);
  EXPECT_NEAR(gate[1], 2.0 * 0.7310585786, 1e-6);
  EXPECT_NEAR(gate[2], -2.0 * 0.2689414214, 1e-6);
  EXPECT_NEAR(gate[3], -30.0, 1e-5);
}

}  // namespace
}  // namespace edgevlm
