#include "model/layers.h"

#include <algorithm>

#include "kernels/layer_norm/layer_norm.h"
#include "kernels/rms_norm/rms_norm.h"

namespace edgevlm {

int QuantizedColumns(int inputs) {
  return std::max(QuantizedRowLayoutOf(inputs).floats, Bf16Rows::Columns(inputs));
}

const QuantizedRows& Inputs::Int8(const Run& run) {
  if (int8_.empty()) {
    PROFILE_ZONE(run.profiler, "int8");
    pairs_ = {};
    int8_ = {memory_.Cols(0, QuantizedRowLayoutOf(values_.cols).floats), values_.cols};
    QuantizeRows(values_, int8_, run.pool);
  }
  return int8_;
}

const Bf16Rows& Inputs::Pairs(const Run& run) {
  if (pairs_.empty()) {
    PROFILE_ZONE(run.profiler, "bfloat16");
    int8_ = {};
    pairs_ = {memory_.Cols(0, Bf16Rows::Columns(values_.cols)), values_.cols};
    RoundToBf16(values_, pairs_, run.pool);
  }
  return pairs_;
}

void Linear::Multiply(Inputs& x, const Epilogue& epilogue, View<float> y, const Run& run) const {
  const WeightType type = weight.type();
  if (type == WeightType::kBf16Pairs) {
    const Bf16Rows& pairs = x.Pairs(run);
    PROFILE_ZONE(run.profiler, zone);
    MatMul(pairs, weight, epilogue, y, run.pool);
  } else if (type == WeightType::kInt8 || (type == WeightType::kBlocks && run.fast)) {
    const QuantizedRows& quantized = x.Int8(run);
    PROFILE_ZONE(run.profiler, zone);
    MatMul(quantized, weight, epilogue, y, run.pool);
  } else {
    Multiply(x.values(), epilogue, y, run);
  }
}

void Linear::Multiply(View<const float> x, const Epilogue& epilogue, View<float> y,
                      const Run& run) const {
  PROFILE_ZONE(run.profiler, zone);
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

void Linear::Apply(View<const float> x, Activation activation, View<float> y,
                   const Run& run) const {
  Multiply(x, {.bias = bias, .activation = activation}, y, run);
}

void Linear::AddTo(View<const float> x, View<float> y, const Run& run) const {
  Multiply(x, {.bias = bias, .residual = y}, y, run);
}

void Norm::Apply(View<const float> x, View<float> y, const Run& run) const {
  PROFILE_ZONE(run.profiler, zone);
  LayerNorm(x, gain, bias, epsilon, y, run.pool);
}

void RmsNormLayer::Apply(View<const float> x, View<float> y, const Run& run) const {
  PROFILE_ZONE(run.profiler, zone);
  RmsNorm(x, gain, epsilon, y, run.pool);
}

}  // namespace edgevlm
