#include "model/layers.h"

#include <algorithm>
#include <array>
#include <functional>

#include "kernels/layer_norm/layer_norm.h"
#include "kernels/rms_norm/rms_norm.h"
#include "kernels/row_chunks.h"
#include "model/activation_stats.h"
#include "model/zone_work.h"

namespace edgevlm {

int QuantizedColumns(int inputs) {
  return std::max(MaxQuantizedRowFloats(inputs), Bf16Rows::Columns(inputs));
}

namespace {

// Operations on each value, for profiles.
constexpr double kLayerNormFlop = 7;  // mean, variance (2), difference, scale, gain, bias
constexpr double kRmsNormFlop = 4;    // square, sum, scale, gain
constexpr double kQuantizeFlop = 3;   // largest magnitude, scale, rounding

// Applies a norm to each row and rounds it. norm_row(x, y): of one row.
template <class NormRow>
void QuantizeNormed(View<const float> x, std::span<const QuantizedRows> forms, ThreadPool& pool,
                    const NormRow& norm_row) {
  for (const QuantizedRows& rows : forms) CHECK(x.rows == rows.rows() && x.cols == rows.inputs());
  CHECK(x.cols <= kMaxInt8RowInputs);
  ForRows(x.rows, x.cols, pool, [&](int t) {
    alignas(64) float normed[kMaxInt8RowInputs];
    norm_row(x.Row(t).data(), normed);
    for (const QuantizedRows& rows : forms) QuantizeRow(normed, rows, t);
  });
}

QuantizedRows RowsIn(View<float> memory, int inputs, const Int8Rounding& rounding) {
  return {memory.Cols(0, QuantizedRowLayoutOf(inputs, rounding).floats), inputs, rounding};
}

}  // namespace

const View<const float>& Inputs::Values(const Run& run) {
  CHECK(values_.data != nullptr);
  const auto apply = [&]<class NormLayer>(const NormLayer* norm) {
    norm->Apply(values_, normed_, run);
    values_ = normed_;
  };
  if (const auto* norm = std::get_if<const Norm*>(&norm_)) apply(*norm);
  if (const auto* norm = std::get_if<const RmsNormLayer*>(&norm_)) apply(*norm);
  norm_ = {};
  return values_;
}

void Inputs::RoundForBoth(const Linear& first, const Linear& second, View<float> memory,
                          const Run& run) {
  if (!first.RoundsToInt8(run) || !second.RoundsToInt8(run)) return;
  const Int8Rounding rounding = RoundingFor(first.weight);
  const Int8Rounding second_rounding = RoundingFor(second.weight);
  if (rounding == second_rounding) return;
  const std::array forms = {RowsIn(memory_, values_.cols, rounding),
                            RowsIn(memory.Rows(0, values_.rows), values_.cols, second_rounding)};
  Round(forms, run);
  int8_ = forms[0];
  second_int8_ = forms[1];
  pairs_ = {};
}

const QuantizedRows& Inputs::Int8(const Int8Rounding& rounding, const Run& run) {
  if (!second_int8_.empty() && second_int8_.rounding() == rounding) return second_int8_;
  if (int8_.empty() || int8_.rounding() != rounding) {
    CHECK(values_.data != nullptr);
    pairs_ = {};
    int8_ = RowsIn(memory_, values_.cols, rounding);
    Round({&int8_, 1}, run);
  }
  return int8_;
}

void Inputs::Round(std::span<const QuantizedRows> forms, const Run& run) const {
  if (const auto* norm = std::get_if<const Norm*>(&norm_)) {
    (*norm)->Quantize(values_, forms, run);
  } else if (const auto* rms_norm = std::get_if<const RmsNormLayer*>(&norm_)) {
    (*rms_norm)->Quantize(values_, forms, run);
  } else {
    PROFILE_ZONE(run.profiler, "quantize", ElementwiseWork(values_, kQuantizeFlop));
    for (const QuantizedRows& rows : forms) QuantizeRows(values_, rows, run.pool);
  }
}

const Bf16Rows& Inputs::Pairs(const Run& run) {
  if (pairs_.empty()) {
    const View<const float> values = Values(run);
    PROFILE_ZONE(run.profiler, "quantize", ElementwiseWork(values, 1));
    int8_ = {};
    pairs_ = {memory_.Cols(0, Bf16Rows::Columns(values_.cols)), values_.cols};
    RoundToBf16(values, pairs_, run.pool);
  }
  return pairs_;
}

bool Linear::RoundsToInt8(const Run& run) const {
  return weight.is_int8() || (weight.type() == WeightType::kBlocks && run.fast);
}

void Linear::Multiply(Inputs& x, const Epilogue& epilogue, View<float> y, const Run& run) const {
  if (weight.type() == WeightType::kBf16Pairs) {
    PROFILE_ZONE(run.profiler, zone, ProductWork(y.rows, weight, Arithmetic::kBfloat16));
    const Bf16Rows& pairs = x.Pairs(run);
    MatMul(pairs, weight, epilogue, y, run.pool);
  } else if (RoundsToInt8(run)) {
    PROFILE_ZONE(run.profiler, zone, ProductWork(y.rows, weight, Arithmetic::kInt8));
    const QuantizedRows& quantized = x.Int8(RoundingFor(weight), run);
    MatMul(quantized, weight, epilogue, y, run.pool);
  } else {
    Multiply(x.Values(run), epilogue, y, run);
  }
}

void Linear::Multiply(View<const float> x, const Epilogue& epilogue, View<float> y,
                      const Run& run) const {
  if (run.activation_stats != nullptr && !tensor.empty()) run.activation_stats->Add(tensor, x);
  PROFILE_ZONE(run.profiler, zone, ProductWork(x.rows, weight, Arithmetic::kFloat32));
  MatMul(x, weight, epilogue, y, run.pool);
}

void Linear::Apply(Inputs& x, Activation activation, View<float> y, const Run& run) const {
  Multiply(x, {.bias = bias, .activation = activation}, y, run);
}

void Linear::MultiplyInto(Inputs& x, View<float> y, const Run& run) const {
  Multiply(x, {.bias = bias, .factor = y}, y, run);
}

void Linear::AddTo(Inputs& x, View<float> y, const Run& run) const {
  Multiply(x, {.bias = bias, .residual = y}, y, run);
}

void Linear::ApplyInTwoTerms(View<const float> x, View<float> y, Workspace& workspace,
                             const Run& run) const {
  constexpr int kRowsAtOnce = 16;  // bounds the memory for sums
  const WorkspaceScope scope(workspace);
  if (!RoundsToInt8(run)) {
    Inputs inputs(x, workspace.Alloc(x.rows, QuantizedColumns(x.cols)));
    return Apply(inputs, Activation::kNone, y, run);
  }
  for (int first = 0; first < x.rows; first += kRowsAtOnce) {
    const int rows = std::min(kRowsAtOnce, x.rows - first);
    MultiplyTwoTerms(x.Rows(first, rows), y.Rows(first, rows), workspace, run);
  }
}

void Linear::MultiplyTwoTerms(View<const float> x, View<float> y, Workspace& workspace,
                              const Run& run) const {
  const WorkspaceScope scope(workspace);
  const Int8Rounding rounding = RoundingFor(weight);
  const View<float> memory =
      workspace.Alloc(2 * x.rows, QuantizedRowLayoutOf(x.cols, rounding).floats);
  const QuantizedRows terms(memory, x.cols, rounding);
  const View<float> rest = workspace.Alloc(x.rows, x.cols);  // x less the first term
  const View<float> sums = workspace.Alloc(2 * x.rows, y.cols);
  PROFILE_ZONE(run.profiler, zone, ProductWork(2 * x.rows, weight, Arithmetic::kInt8));
  {
    PROFILE_ZONE(run.profiler, "quantize", ElementwiseWork(x, 2 * kQuantizeFlop));
    QuantizeRows(x, {memory.Rows(0, x.rows), x.cols, rounding}, run.pool);
    for (int t = 0; t < x.rows; ++t) {
      DequantizeRow(terms, t, rest.Row(t));
      std::ranges::transform(x.Row(t), rest.Row(t), rest.Row(t).begin(), std::minus<>());
    }
    QuantizeRows(rest, {memory.Rows(x.rows, x.rows), x.cols, rounding}, run.pool);
  }
  MatMul(terms, weight, {}, sums, run.pool);
  for (int t = 0; t < x.rows; ++t) {
    const std::span<float> row = y.Row(t);
    std::ranges::transform(sums.Row(t), sums.Row(x.rows + t), row.begin(), std::plus<>());
    if (!bias.empty()) std::ranges::transform(row, bias, row.begin(), std::plus<>());
  }
}

void Linear::Apply(View<const float> x, Activation activation, View<float> y,
                   const Run& run) const {
  Multiply(x, {.bias = bias, .activation = activation}, y, run);
}

void Linear::AddTo(View<const float> x, View<float> y, const Run& run) const {
  Multiply(x, {.bias = bias, .residual = y}, y, run);
}

void Norm::Apply(View<const float> x, View<float> y, const Run& run) const {
  PROFILE_ZONE(run.profiler, zone, ElementwiseWork(x, kLayerNormFlop));
  LayerNorm(x, gain, bias, epsilon, y, run.pool);
}

void Norm::Quantize(View<const float> x, std::span<const QuantizedRows> forms,
                    const Run& run) const {
  static const LayerNormRow kNormRow = LayerNormVariants().Chosen();
  PROFILE_ZONE(run.profiler, zone, ElementwiseWork(x, kLayerNormFlop + kQuantizeFlop));
  QuantizeNormed(x, forms, run.pool, [&](const float* from, float* to) {
    kNormRow(from, gain.data(), bias.data(), epsilon, to, x.cols);
  });
}

void RmsNormLayer::Apply(View<const float> x, View<float> y, const Run& run) const {
  PROFILE_ZONE(run.profiler, zone, ElementwiseWork(x, kRmsNormFlop));
  RmsNorm(x, gain, epsilon, y, run.pool);
}

void RmsNormLayer::Quantize(View<const float> x, std::span<const QuantizedRows> forms,
                            const Run& run) const {
  static const RmsNormRow kNormRow = RmsNormVariants().Chosen();
  PROFILE_ZONE(run.profiler, zone, ElementwiseWork(x, kRmsNormFlop + kQuantizeFlop));
  QuantizeNormed(x, forms, run.pool, [&](const float* from, float* to) {
    kNormRow(from, gain.data(), epsilon, to, x.cols);
  });
}

}  // namespace edgevlm
