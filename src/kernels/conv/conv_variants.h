// The functions that conv.h calls, for tests and benchmarks: every variant in this binary.
#pragma once

#include "kernels/conv/conv.h"
#include "kernels/variant.h"

namespace edgevlm {

// One call of DepthwiseConv.
struct DepthwiseCall {
  const FeatureMap& x;
  View<const float> taps;
  const Window& window;
  const Epilogue& epilogue;
  View<float> y;
};

// Rows [first_row, last_row) of the output image.
using DepthwiseFunction = void (*)(const DepthwiseCall& call, int first_row, int last_row);
const VariantList<DepthwiseFunction>& DepthwiseVariants();
void DepthwiseScalar(const DepthwiseCall& call, int first_row, int last_row);
HighwayVariants<DepthwiseFunction> DepthwiseHighway();

// GlobalMean.
using MeanFunction = void (*)(View<const float> x, float* mean);
const VariantList<MeanFunction>& MeanVariants();
void MeanScalar(View<const float> x, float* mean);
HighwayVariants<MeanFunction> MeanHighway();

// ScaleChannels.
using ScaleFunction = void (*)(View<float> x, const float* scale);
const VariantList<ScaleFunction>& ScaleVariants();
void ScaleScalar(View<float> x, const float* scale);
HighwayVariants<ScaleFunction> ScaleHighway();

}  // namespace edgevlm
