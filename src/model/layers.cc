#include "model/layers.h"

#include <algorithm>

#include "kernels/layer_norm/layer_norm.h"
#include "kernels/rms_norm/rms_norm.h"

namespace edgevlm {

int LevelColumns(int inputs) {
  return std::max(Int8LayoutOf(inputs).floats, PairRows::Columns(inputs));
}

Inputs Linear::Prepare(View<const float> x, View<float> memory, const Run& run) const {
  const View<float> own = memory.Rows(0, x.rows);
  if (weight.type() == WeightType::kPairs) {
    PROFILE_ZONE(run.profiler, "bfloat16");
    const PairRows rows(own.Cols(0, PairRows::Columns(x.cols)), x.cols);
    PairUp(x, rows, run.pool);
    return {x, rows};
  }
  if (!run.fast || !weight.has_levels()) return x;
  PROFILE_ZONE(run.profiler, "int8");
  const Int8Rows rows(own.Cols(0, Int8LayoutOf(x.cols).floats), x.cols);
  QuantizeRows(x, rows, run.pool);
  return {x, rows};
}

void Linear::Multiply(const Inputs& x, const Epilogue& epilogue, View<float> y,
                      const Run& run) const {
  PROFILE_ZONE(run.profiler, zone);
  if (weight.type() == WeightType::kPairs) {
    MatMul(x.pairs, weight, epilogue, y, run.pool);
  } else if (weight.has_levels() && !x.levels.empty()) {
    MatMul(x.levels, weight, epilogue, y, run.pool);
  } else {
    MatMul(x.values, weight, epilogue, y, run.pool);
  }
}

void Linear::Apply(const Inputs& x, Activation activation, View<float> y, const Run& run) const {
  Multiply(x, {.bias = bias, .activation = activation}, y, run);
}

void Linear::MultiplyInto(const Inputs& x, View<float> y, const Run& run) const {
  Multiply(x, {.bias = bias, .factor = y}, y, run);
}

void Linear::AddTo(const Inputs& x, View<float> y, const Run& run) const {
  Multiply(x, {.bias = bias, .residual = y}, y, run);
}

void Norm::Apply(View<const float> x, View<float> y, const Run& run) const {
  PROFILE_ZONE(run.profiler, zone);
  LayerNorm(x, gain, bias, epsilon, y);
}

void RmsNormLayer::Apply(View<const float> x, View<float> y, const Run& run) const {
  PROFILE_ZONE(run.profiler, zone);
  RmsNorm(x, gain, epsilon, y, run.pool);
}

}  // namespace edgevlm
