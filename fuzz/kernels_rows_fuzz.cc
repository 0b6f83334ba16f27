// Operations on rows of activations: norms, softmax, rotary positions, activations, conversions,
// and depthwise convolutions.
#include <algorithm>
#include <array>
#include <cfloat>
#include <cstdlib>
#include <iterator>

#include "kernels/activation/activation.h"
#include "kernels/argmax/argmax.h"
#include "kernels/conv/conv_variants.h"
#include "kernels/half/half.h"
#include "kernels/kv_rows/q8_rows.h"
#include "kernels/layer_norm/layer_norm.h"
#include "kernels/rms_norm/rms_norm.h"
#include "kernels/rope/rope.h"
#include "kernels/softmax/softmax.h"
#include "kernels_fuzz.h"

namespace edgevlm {
namespace {

constexpr int kMaxRow = 300;
constexpr double kEpsilon = FLT_EPSILON;

void FuzzSoftmax(FuzzProblem& problem) {
  const int n = problem.Int(1, kMaxRow), shift = problem.Int(0, 3);
  ShiftedValues x(problem.Values(n), shift),
      expected(std::vector<float>(static_cast<std::size_t>(n)));
  SoftmaxRowScalar(x.data(), expected.data(), n);
  ForEachFuzzVariant(SoftmaxVariants(), [&](const Variant<SoftmaxRow>& variant) {
    ShiftedValues y(std::vector<float>(static_cast<std::size_t>(n)), shift);
    variant.run(x.data(), y.data(), n);
    CheckVariant("softmax", variant.needs, y.span(), expected.span(), [&](std::size_t i) {
      return (n + 8) * kEpsilon * double{expected.data()[i]} + 0x1p-125;
    });
  });
}

void FuzzRmsNorm(FuzzProblem& problem) {
  const int n = problem.Int(1, kMaxRow), shift = problem.Int(0, 3);
  ShiftedValues x(problem.Values(n), shift), gain(problem.Values(n));
  ShiftedValues expected(std::vector<float>(static_cast<std::size_t>(n)));
  RmsNormRowScalar(x.data(), gain.data(), 1e-5f, expected.data(), n);
  ForEachFuzzVariant(RmsNormVariants(), [&](const Variant<RmsNormRow>& variant) {
    ShiftedValues y(std::vector<float>(static_cast<std::size_t>(n)), shift);
    variant.run(x.data(), gain.data(), 1e-5f, y.data(), n);
    CheckVariant("rms_norm", variant.needs, y.span(), expected.span(), [&](std::size_t i) {
      return 2 * (n + 4) * kEpsilon * std::fabs(double{expected.data()[i]});
    });
  });
}

// Mean and variance are off by at most n roundings of values of size 5 or less, which are then
// divided by the deviation: at least the spread over the square root of 2 n.
void FuzzLayerNorm(FuzzProblem& problem) {
  const int n = problem.Int(1, kMaxRow), shift = problem.Int(0, 3);
  ShiftedValues x(problem.NormalValues(n), shift), gain(problem.Values(n)), bias(problem.Values(n));
  ShiftedValues expected(std::vector<float>(static_cast<std::size_t>(n)));
  LayerNormRowScalar(x.data(), gain.data(), bias.data(), 1e-5f, expected.data(), n);
  const double spread = double{std::ranges::max(x.span())} - double{std::ranges::min(x.span())};
  // Few values may lie so close together that their deviation is hardly more than their rounding.
  if (n > 1 && spread < 0.1) return;
  const double scale = n > 1 ? 5 * std::sqrt(2.0 * n) / spread : 1;
  ForEachFuzzVariant(LayerNormVariants(), [&](const Variant<LayerNormRow>& variant) {
    ShiftedValues y(std::vector<float>(static_cast<std::size_t>(n)), shift);
    variant.run(x.data(), gain.data(), bias.data(), 1e-5f, y.data(), n);
    CheckVariant("layer_norm", variant.needs, y.span(), expected.span(), [&](std::size_t i) {
      const double scaled = std::fabs(double{gain.data()[i]}) * 4 * scale;
      return 4 * (n + 4) * kEpsilon * (scaled + std::fabs(double{bias.data()[i]}) + 1);
    });
  });
}

void FuzzRope(FuzzProblem& problem) {
  RopeRowShape shape;
  shape.heads = problem.Int(1, 6);
  shape.head_width = problem.Int(2, 130);
  shape.rotated = 2 * problem.Int(1, shape.head_width / 2);
  shape.pairs = problem.Bool() ? RopePairs::kHalves : RopePairs::kNeighbors;
  const int n = shape.heads * shape.head_width, shift = problem.Int(0, 3);
  const std::vector<float> x = problem.Values(n);
  std::vector<float> table(2 * static_cast<std::size_t>(shape.rotated));
  FillRopeTable(RopeFrequencies({.rotated = shape.rotated}), shape.pairs, problem.Int(0, 5000),
                View<float>(table.data(), 1, 2 * shape.rotated));
  ShiftedValues expected(x);
  RopeRowScalar(expected.data(), table.data(), shape);
  const auto tolerance = [&](std::size_t at) {
    const int i = static_cast<int>(at), position = i % shape.head_width, half = shape.rotated / 2;
    if (position >= shape.rotated) return 0.0;
    int partner = position ^ 1;
    if (shape.pairs == RopePairs::kHalves) {
      partner = position < half ? position + half : position - half;
    }
    const double other = x[static_cast<std::size_t>(i - position + partner)];
    return 2 * kEpsilon * (std::fabs(double{x[at]}) + std::fabs(other));
  };
  ForEachFuzzVariant(RopeVariants(), [&](const Variant<RopeRow>& variant) {
    ShiftedValues actual(x, shift);
    variant.run(actual.data(), table.data(), shape);
    CheckVariant("rope", variant.needs, actual.span(), expected.span(), tolerance);
  });
}

void FuzzActivation(FuzzProblem& problem) {
  constexpr std::array kActivations = {
      Activation::kNone, Activation::kGelu, Activation::kGeluErf,   Activation::kQuickGelu,
      Activation::kSilu, Activation::kRelu, Activation::kHardSwish, Activation::kHardSigmoid};
  const int n = problem.Int(1, kMaxRow), shift = problem.Int(0, 3);
  ShiftedValues x(problem.Values(n), shift), bias(problem.Values(n));
  const RowEpilogue end = {.bias = problem.Bool() ? bias.data() : nullptr,
                           .activation = problem.Choose(std::span<const Activation>(kActivations))};
  ShiftedValues expected(std::vector<float>(static_cast<std::size_t>(n)));
  ActivationRowScalar(x.data(), end, expected.data(), n);
  ForEachFuzzVariant(ActivationVariants(), [&](const Variant<ActivationRow>& variant) {
    ShiftedValues y(std::vector<float>(static_cast<std::size_t>(n)), shift);
    variant.run(x.data(), end, y.data(), n);
    CheckVariant("activation", variant.needs, y.span(), expected.span(), [&](std::size_t i) {
      const double sum = std::fabs(double{x.data()[i]}) + std::fabs(double{bias.data()[i]});
      return 8 * kEpsilon * (sum + 1);
    });
  });
}

void FuzzHalf(FuzzProblem& problem) {
  const int n = problem.Int(1, kMaxRow);
  std::vector<float> x = problem.Values(n);
  for (float& value : x) value = std::ldexp(value, static_cast<int>(problem.Random() % 64) - 40);
  std::vector<std::uint16_t> halves(x.size()), own(x.size());
  std::vector<float> floats(x.size()), own_floats(x.size());
  FloatToHalfRowScalar(x.data(), halves.data(), n);
  HalfToFloatRowScalar(halves.data(), floats.data(), n);
  ForEachFuzzVariant(FloatToHalfVariants(), [&](const Variant<FloatToHalfRow>& variant) {
    variant.run(x.data(), own.data(), n);
    for (std::size_t i = 0; i < own.size(); ++i) {
      if (own[i] != halves[i]) FailVariant("float_to_half", variant.needs, i, own[i], halves[i]);
    }
  });
  ForEachFuzzVariant(HalfToFloatVariants(), [&](const Variant<HalfToFloatRow>& variant) {
    variant.run(halves.data(), own_floats.data(), n);
    for (std::size_t i = 0; i < floats.size(); ++i) {
      if (own_floats[i] != floats[i]) {
        FailVariant("half_to_float", variant.needs, i, own_floats[i], floats[i]);
      }
    }
  });
}

void FuzzArgMax(FuzzProblem& problem) {
  const int n = problem.Int(1, kMaxRow), shift = problem.Int(0, 3);
  ShiftedValues x(problem.Values(n), shift);
  if (problem.Bool()) x.data()[n / 2] = x.data()[n - 1];  // of equal ones the first
  const int expected = ArgMaxScalar(x.data(), n);
  ForEachFuzzVariant(ArgMaxVariants(), [&](const Variant<ArgMaxFunction>& variant) {
    const int actual = variant.run(x.data(), n);
    if (actual != expected) FailVariant("argmax", variant.needs, 0, actual, expected);
  });
}

// Variants differ by the rounding of ties only.
void FuzzQ8Rows(FuzzProblem& problem) {
  const int n = problem.Int(1, kMaxRow);
  const std::vector<float> x = problem.Values(n);
  std::vector<BlockQ8_0> expected(static_cast<std::size_t>(Q8Blocks(n))), actual = expected;
  QuantizeQ8RowScalar(x.data(), expected.data(), n);
  ForEachFuzzVariant(QuantizeQ8RowVariants(), [&](const Variant<QuantizeQ8RowFunction>& variant) {
    variant.run(x.data(), actual.data(), n);
    for (std::size_t b = 0; b < expected.size(); ++b) {
      const std::uint16_t scale = actual[b].scale, wanted = expected[b].scale;
      if (scale != wanted) FailVariant("q8_rows", variant.needs, b, scale, wanted);
      for (int i = 0; i < kQ8Block; ++i) {
        const int quant = actual[b].quants[i], wanted_quant = expected[b].quants[i];
        if (std::abs(quant - wanted_quant) > 1) {
          FailVariant("q8_rows", variant.needs, b, quant, wanted_quant);
        }
      }
    }
  });
}

void FuzzDepthwise(FuzzProblem& problem) {
  const Window window = {.kernel = 2 * problem.Int(0, 3) + 1, .stride = problem.Int(1, 3)};
  const int height = problem.Int(1, 9), width = problem.Int(1, 9), channels = problem.Int(1, 80);
  const int taps = window.kernel * window.kernel;
  const int cells = window.Outputs(height) * window.Outputs(width);
  std::vector<float> x = problem.NormalValues(height * width * channels);
  std::vector<float> weights = problem.NormalValues(taps * channels);
  const std::vector<float> bias = problem.NormalValues(channels);
  const FeatureMap map = {View<const float>(x.data(), height * width, channels), height, width};
  Epilogue epilogue;
  if (problem.Bool()) epilogue = {.bias = bias, .activation = Activation::kHardSwish};
  const int first = problem.Int(0, window.Outputs(height) - 1);
  const int last = problem.Int(first, window.Outputs(height));
  const auto run = [&](DepthwiseFunction function) {
    std::vector<float> y(static_cast<std::size_t>(cells * channels));
    function({map, View<const float>(weights.data(), taps, channels), window, epilogue,
              View<float>(y.data(), cells, channels)},
             first, last);
    return y;
  };
  const std::vector<float> expected = run(DepthwiseScalar);
  // Roundings of a sum of products of values below 6, of which each is rounded; slope at most 1.5.
  const double tolerance = 1.5 * kEpsilon * (taps + 1) * (taps + 1) * 36;
  ForEachFuzzVariant(DepthwiseVariants(), [&](const Variant<DepthwiseFunction>& variant) {
    CheckVariant("depthwise", variant.needs, run(variant.run), expected,
                 [&](std::size_t) { return tolerance; });
  });
}

void FuzzChannels(FuzzProblem& problem) {
  const int rows = problem.Int(1, 50), channels = problem.Int(1, 100);
  const std::vector<float> x = problem.NormalValues(rows * channels);
  const std::vector<float> scale = problem.NormalValues(channels);
  const View<const float> view(x.data(), rows, channels);
  std::vector<float> mean(scale.size()), own(scale.size());
  MeanScalar(view, mean.data());
  ForEachFuzzVariant(MeanVariants(), [&](const Variant<MeanFunction>& variant) {
    variant.run(view, own.data());
    CheckVariant("mean", variant.needs, own, mean,
                 [&](std::size_t) { return rows * kEpsilon * 6; });
  });
  std::vector<float> expected = x;
  ScaleScalar(View<float>(expected.data(), rows, channels), scale.data());
  ForEachFuzzVariant(ScaleVariants(), [&](const Variant<ScaleFunction>& variant) {
    std::vector<float> actual = x;
    variant.run(View<float>(actual.data(), rows, channels), scale.data());
    CheckVariant("scale", variant.needs, actual, expected, [](std::size_t) { return 0.0; });
  });
}

}  // namespace
}  // namespace edgevlm

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  edgevlm::FuzzProblem problem(data, size);
  constexpr void (*kKernels[])(edgevlm::FuzzProblem&) = {
      edgevlm::FuzzSoftmax,    edgevlm::FuzzRmsNorm, edgevlm::FuzzLayerNorm, edgevlm::FuzzRope,
      edgevlm::FuzzActivation, edgevlm::FuzzHalf,    edgevlm::FuzzArgMax,    edgevlm::FuzzQ8Rows,
      edgevlm::FuzzDepthwise,  edgevlm::FuzzChannels};
  kKernels[problem.Int(0, static_cast<int>(std::size(kKernels)) - 1)](problem);
  return 0;
}
