#include "kernels/resample/axis.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>

#include "base/check.h"

namespace edgevlm {
namespace {

struct Shape {
  double support;  // the filter is zero from here on, at scale 1
  double (*weight)(double distance);
};

double Bilinear(double x) { return std::max(0.0, 1.0 - std::abs(x)); }

double Bicubic(double x) {
  constexpr double kA = -0.5;
  x = std::abs(x);
  if (x < 1.0) return ((kA + 2.0) * x - (kA + 3.0)) * x * x + 1.0;
  if (x < 2.0) return (((x - 5.0) * x + 8.0) * x - 4.0) * kA;
  return 0.0;
}

double Sinc(double x) {
  if (x == 0.0) return 1.0;
  return std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
}

double Lanczos3(double x) { return std::abs(x) < 3.0 ? Sinc(x) * Sinc(x / 3.0) : 0.0; }

Shape ShapeOf(Filter filter) {
  switch (filter) {
    case Filter::kBilinear:
      return {1.0, Bilinear};
    case Filter::kBicubic:
      return {2.0, Bicubic};
    case Filter::kLanczos3:
      return {3.0, Lanczos3};
  }
  CHECK(false);
}

}  // namespace

ResampleAxis MakeResampleAxis(int in, int out, Filter filter) {
  CHECK(in >= 1 && out >= 1);
  const Shape shape = ShapeOf(filter);
  const double step = static_cast<double>(in) / out;
  const double widening = std::max(1.0, step);
  const double support = shape.support * widening;
  // The widest output reads every input whose center is inside the support, both ends rounded.
  const int max_taps = std::min(in, 2 * static_cast<int>(std::ceil(support)) + 1);

  ResampleAxis axis;
  axis.in = in;
  axis.out = out;
  axis.taps = (max_taps + kWeightAlign - 1) / kWeightAlign * kWeightAlign;
  const std::size_t taps = static_cast<std::size_t>(axis.taps);
  const std::size_t outs = static_cast<std::size_t>(out);
  axis.first.resize(outs);
  axis.count.resize(outs);
  axis.weights.resize(outs * taps);
  axis.weights_x4.resize(outs * taps * 4);
  std::vector<double> exact(taps);
  for (std::size_t x = 0; x < outs; ++x) {
    const double center = (static_cast<double>(x) + 0.5) * step;
    const int first = std::max(0, static_cast<int>(center - support + 0.5));
    const int end = std::min(in, static_cast<int>(center + support + 0.5));
    double sum = 0.0;
    for (int i = first; i < end; ++i) {
      const double weight = shape.weight((i + 0.5 - center) / widening);
      exact[static_cast<std::size_t>(i - first)] = weight;
      sum += weight;
    }
    axis.first[x] = first;
    axis.count[x] = end - first;
    for (std::size_t t = 0; t < static_cast<std::size_t>(end - first); ++t) {
      const double scaled = exact[t] / sum * (1 << kWeightBits);
      const auto weight = static_cast<std::int32_t>(std::lround(scaled));
      axis.weights[x * taps + t] = weight;
      std::fill_n(axis.weights_x4.begin() + static_cast<std::ptrdiff_t>((x * taps + t) * 4), 4,
                  weight);
    }
  }
  return axis;
}

ResampleAxis CollapseEnds(const ResampleAxis& axis, int before, int inside) {
  CHECK(before >= 0 && inside >= 1 && before + inside <= axis.in);
  const std::size_t taps = static_cast<std::size_t>(axis.taps);
  ResampleAxis collapsed = axis;
  collapsed.in = inside + 2;
  std::ranges::fill(collapsed.weights, 0);
  for (std::size_t x = 0; x < static_cast<std::size_t>(axis.out); ++x) {
    const auto at = [&](int i) { return std::clamp(i - before + 1, 0, inside + 1); };
    const int first = at(axis.first[x]);
    collapsed.first[x] = first;
    collapsed.count[x] = at(axis.first[x] + axis.count[x] - 1) - first + 1;
    for (int t = 0; t < axis.count[x]; ++t) {
      const auto tap = static_cast<std::size_t>(at(axis.first[x] + t) - first);
      collapsed.weights[x * taps + tap] += axis.weights[x * taps + static_cast<std::size_t>(t)];
    }
  }
  for (std::size_t i = 0; i < collapsed.weights_x4.size(); ++i) {
    collapsed.weights_x4[i] = collapsed.weights[i / 4];
  }
  return collapsed;
}

}  // namespace edgevlm
