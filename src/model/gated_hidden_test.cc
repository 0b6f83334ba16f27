#include "model/gated_hidden.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "kernels/matmul/int8/hidden_rows.h"
#include "kernels/quantize/quantize.h"
#include "kernels/testing/values.h"
#include "model/testing/batch.h"

namespace edgevlm {
namespace {

constexpr int kWidth = 64, kHidden = 1100;

Linear LinearOf(DType dtype, int outputs, int inputs, Packing packing, const std::string& zone) {
  RandomValues random;
  std::vector<std::byte> bytes(*BytesOf(dtype, {outputs, inputs}));
  Quantize(random.Draw(outputs * inputs), dtype, bytes);
  ThreadPool pool(1);
  return {
      .zone = zone,
      .weight = *Weight::Pack({dtype, {outputs, inputs}, bytes}, outputs, inputs, pool, packing),
      .bias = random.Draw(outputs)};
}

GatedMlp MlpOf(DType dtype, Packing packing, Packing down_packing) {
  return {.gate = LinearOf(dtype, kHidden, kWidth, packing, "gate"),
          .up = LinearOf(dtype, kHidden, kWidth, packing, "up"),
          .down = LinearOf(DType::kF16, kWidth, kHidden, down_packing, "down"),
          .gate_up_zone = "gate_up"};
}

class GatedHiddenTest : public ::testing::Test {
 protected:
  // down(GatedHidden(x)), with the zones that it was recorded under.
  std::vector<float> Multiply(const GatedMlp& mlp, const View<const float>& x, bool fast) {
    Profiler profiler;
    const edgevlm::Run run = {.pool = pool_, .profiler = &profiler, .fast = fast};
    const WorkspaceScope scope(workspace_);
    const View<float> rounded = workspace_.Alloc(x.rows, QuantizedColumns(kHidden));
    const HiddenMemory memory = AllocHidden(x.rows, kHidden, rounded, workspace_, run);
    Inputs inputs(x, rounded);
    Inputs gated = GatedHidden(inputs, mlp, Activation::kSilu, memory, run);
    Buffer y(x.rows, kWidth);
    mlp.down.Apply(gated, Activation::kNone, y.view(), run);
    zones_.clear();
    for (const Profiler::Zone& zone : profiler.zones()) zones_.emplace_back(zone.name);
    return y.values;
  }

  // The same with a product after the other.
  std::vector<float> InSteps(const GatedMlp& mlp, const View<const float>& x, bool fast) {
    const edgevlm::Run run = {.pool = pool_, .fast = fast};
    const WorkspaceScope scope(workspace_);
    const View<float> hidden = workspace_.AllocSpread(x.rows, kHidden);
    const View<float> rounded = workspace_.Alloc(x.rows, QuantizedColumns(kHidden));
    Inputs inputs(x, rounded);
    mlp.gate.Apply(inputs, Activation::kSilu, hidden, run);
    mlp.up.MultiplyInto(inputs, hidden, run);
    Inputs gated(hidden, rounded);
    Buffer y(x.rows, kWidth);
    mlp.down.Apply(gated, Activation::kNone, y.view(), run);
    return y.values;
  }

  bool Fuses() const { return std::ranges::find(zones_, "gate_up") != zones_.end(); }

  Workspace workspace_;
  ThreadPool pool_{2};
  std::vector<std::string> zones_;
};

TEST_F(GatedHiddenTest, HasTheBitsOfTheSteps) {
  Buffer x(100, kWidth);
  x.values = RandomValues().Draw(100 * kWidth);
  const GatedMlp blocks = MlpOf(DType::kQ8_0, Packing::kInt8, Packing::kInt8);
  for (const int rows : {1, kMinHiddenRows - 1, kMinHiddenRows, 100}) {
    for (const bool fast : {false, true}) {
      SCOPED_TRACE(testing::Message() << rows << " rows, fast " << fast);
      const View<const float> first = x.view().Rows(0, rows);
      EXPECT_EQ(Multiply(blocks, first, fast), InSteps(blocks, first, fast));
      EXPECT_EQ(Fuses(), fast && rows >= kMinHiddenRows);
    }
  }
}

TEST_F(GatedHiddenTest, TakesSmallStepsWhereTheRoundingNeedsWholeRows) {
  Buffer x(kMinHiddenRows, kWidth);
  x.values = RandomValues().Draw(kMinHiddenRows * kWidth);
  for (const Packing packing : {Packing::kInt8Rows, Packing::kBf16Pairs, Packing::kExact}) {
    const GatedMlp mlp = MlpOf(DType::kF16, Packing::kInt8, packing);
    EXPECT_EQ(Multiply(mlp, x.view(), true), InSteps(mlp, x.view(), true));
    EXPECT_FALSE(Fuses());
  }
}

}  // namespace
}  // namespace edgevlm
