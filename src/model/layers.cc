#include "model/layers.h"

#include "kernels/layer_norm/layer_norm.h"
#include "kernels/rms_norm/rms_norm.h"

namespace edgevlm {

void Linear::Apply(View<const float> x, Activation activation, View<float> y,
                   const Run& run) const {
  PROFILE_ZONE(run.profiler, zone);
  MatMul(x, weight, {.bias = bias, .activation = activation}, y, run.pool);
}

void Linear::AddTo(View<const float> x, View<float> y, const Run& run) const {
  PROFILE_ZONE(run.profiler, zone);
  MatMul(x, weight, {.bias = bias, .residual = y}, y, run.pool);
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
