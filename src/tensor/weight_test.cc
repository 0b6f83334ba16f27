#include "tensor/weight.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace edgevlm {
namespace {

std::vector<float> Counting(int count) {
  std::vector<float> values(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) values[static_cast<std::size_t>(i)] = static_cast<float>(i + 1);
  return values;
}

TEST(Weight, PanelsHoldNeighbouringOutputsAndZeros) {
  for (const int n : {1, 15, 16, 17, 40}) {
    for (const int k : {1, 3, 8}) {
      const std::vector<float> values = Counting(n * k);
      const Weight weight(View<const float>(values.data(), n, k));
      ASSERT_EQ(weight.outputs(), n);
      ASSERT_EQ(weight.inputs(), k);
      for (int panel = 0; panel < weight.panels(); ++panel) {
        const float* packed = weight.Panel(panel);
        for (int i = 0; i < k * Weight::kPanelWidth; ++i) {
          const int output = panel * Weight::kPanelWidth + i % Weight::kPanelWidth;
          const int input = i / Weight::kPanelWidth;
          const float expected = output < n ? static_cast<float>(output * k + input + 1) : 0.0f;
          ASSERT_EQ(packed[i], expected) << "n=" << n << " k=" << k << " i=" << i;
        }
      }
    }
  }
}

TEST(Weight, PacksRowsOfAStridedViewAndCopiesThemBack) {
  const std::vector<float> values = Counting(20 * 7);
  const View<const float> matrix(values.data(), 20, 5, 7);
  const Weight weight(matrix);
  std::vector<float> row(5);
  for (int n = 0; n < 20; ++n) {
    weight.CopyRow(n, row);
    for (std::size_t k = 0; k < 5; ++k) EXPECT_EQ(row[k], matrix.Row(n)[k]);
  }
}

TEST(Weight, PanelsAreAligned) {
  const std::vector<float> values = Counting(33 * 3);
  const Weight weight(View<const float>(values.data(), 33, 3));
  for (int panel = 0; panel < 3; ++panel) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(weight.Panel(panel)) % 64, 0u);
  }
  EXPECT_EQ(weight.bytes(), 48u * 3u * sizeof(float));
}

}  // namespace
}  // namespace edgevlm
