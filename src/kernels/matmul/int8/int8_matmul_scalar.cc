#include <algorithm>
#include <array>
#include <cmath>

#include "kernels/matmul/every_output.h"
#include "kernels/matmul/int8/int8_matmul.h"

namespace edgevlm {
namespace {

// As Weight::ReadGroup, centered and rotated as the inputs are.
Weight::Group ReadRotatedGroup(const Weight& w, int output, int first) {
  Weight::Group group = w.ReadGroup(output, first);
  if (w.type() != WeightType::kBlocks || RotationFor(w.format()) == 1) return group;
  if (w.format().has_minimum) {
    const int center = CenterOf(w.format());
    for (int i = 0; i < group.count; ++i) {
      std::int8_t& quant = group.quants[static_cast<std::size_t>(i)];
      quant = static_cast<std::int8_t>(quant - center);
    }
    group.minimum -= static_cast<float>(center) * group.scale;  // the product is exact
  }
  for (int i = 0; i < 4; ++i) Rotate(group.quants.data() + i, RotationFor(w.format()), 4);
  return group;
}

// The products of the quants of x from input k on with those of the group.
int Dot(const QuantizedRows& x, int row, int k, const Weight::Group& group) {
  int sum = 0;
  for (int i = 0; i < group.count; ++i) {
    sum += x.Quants(row)[k + i] * group.quants[static_cast<std::size_t>(i)];
  }
  return sum;
}

// The same for a group that is a whole row, read in parts.
int DotOfRow(const QuantizedRows& x, int row, const Weight& w, int output) {
  int sum = 0;
  for (int k = 0, count = 0; k < w.inputs(); k += count) {
    const Weight::Group part = w.ReadGroup(output, k);
    sum += Dot(x, row, k, part);
    count = part.count;
  }
  return sum;
}

// sum_k x[k] * w[output, k]
float Sum(const QuantizedRows& x, int row, const Weight& w, int output) {
  const auto [group, block, rotation] = x.rounding();
  const bool has_minimum = w.type() == WeightType::kBlocks && w.format().has_minimum;
  float total = 0.0f;
  for (int first = 0; first < w.inputs(); first += block) {
    float part = 0.0f;
    for (int k = first; k < std::min(w.inputs(), first + block); k += group) {
      const Weight::Group values = ReadRotatedGroup(w, output, k);
      const int sum =
          w.type() == WeightType::kInt8Rows ? DotOfRow(x, row, w, output) : Dot(x, row, k, values);
      part = std::fma(static_cast<float>(sum), values.scale, part);
      if (!has_minimum) continue;
      const std::int32_t negated_sum = x.NegatedValueSums(row)[k / group];
      part = std::fma(values.minimum, static_cast<float>(negated_sum), part);
    }
    total = std::fma(part, x.Scales(row)[first / block], total);
  }
  return total;
}

}  // namespace

void Int8MatMulScalar(const Int8MatMulCall& call, const MatMulPart& part) {
  EveryOutput(
      call, part, [&](int t, int n) { return Sum(call.x, t, call.w, n); }, call.first_output);
}

}  // namespace edgevlm
