#include "kernels/quantize/fit.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>

#include "base/check.h"
#include "tensor/blocks.h"

namespace edgevlm {
namespace {

// Partial sums side by side, which the compiler keeps in vectors.
constexpr std::size_t kLanes = 8;
constexpr std::size_t kMaxValues = 32;
using Lanes = std::array<float, kLanes>;

// A tenth of a quant up and down: the roundings in between differ in few values.
constexpr float kStep = 0.1f;
constexpr int kScaleSteps = 9;
constexpr int kMinimumSteps = 10;
// A whole step of IQ4's range of 240 up and down.
constexpr int kIq4Steps = 7;

double Total(const Lanes& lanes) { return std::accumulate(lanes.begin(), lanes.end(), 0.0); }

// Sums over the values x with weights w, and l the quants that they are rounded to. Doubles: their
// differences are small against them.
struct Sums {
  double wl = 0.0;
  double wll = 0.0;
  double wlx = 0.0;
};

// l = clamp(nearest((x - origin) * inverse), min_quant, max_quant)
struct UniformQuantizer {
  float inverse;
  float origin;
  float min_quant;
  float max_quant;

  float operator()(float x) const {
    return std::min(std::max(Nearest((x - origin) * inverse), min_quant), max_quant);
  }
};

// Between neighbors of kIq4Values.
constexpr std::size_t kIq4Gaps = kIq4Values.size() - 1;

constexpr float Iq4Middle(std::size_t gap) {
  return 0.5f * static_cast<float>(kIq4Values[gap] + kIq4Values[gap + 1]);
}

// l = the entry of kIq4Values nearest to x * inverse
struct Iq4Quantizer {
  float inverse;

  // Steps up the entries without a branch or a look-up, so that lanes stay side by side.
  float operator()(float x) const {
    const float scaled = x * inverse;
    float quant = kIq4Values.front();
    for (std::size_t gap = 0; gap < kIq4Gaps; ++gap) {
      const auto step = static_cast<float>(kIq4Values[gap + 1] - kIq4Values[gap]);
      quant += scaled > Iq4Middle(gap) ? step : 0.0f;
    }
    return quant;
  }
};

template <class Quantizer>
Sums SumsOf(std::span<const float> values, const float* weights, const Quantizer& quantize) {
  Lanes wl{}, wll{}, wlx{};
  for (std::size_t i = 0; i < values.size(); i += kLanes) {
    for (std::size_t j = 0; j < kLanes; ++j) {
      const float x = values[i + j];
      const float quant = quantize(x);
      const float weighted = weights[i + j] * quant;
      wl[j] += weighted;
      wll[j] += weighted * quant;
      wlx[j] += weighted * x;
    }
  }
  return {Total(wl), Total(wll), Total(wlx)};
}

using Weights = std::array<float, kMaxValues>;

// The weights over the largest, so that no sum is too small or too large for a float.
Weights Scaled(std::span<const float> weights) {
  CHECK(weights.size() % kLanes == 0 && weights.size() <= kMaxValues);
  const float largest = weights.empty() ? 0.0f : *std::ranges::max_element(weights);
  Weights scaled;
  scaled.fill(1.0f);
  if (largest <= 0.0f) return scaled;
  std::ranges::transform(weights, scaled.begin(), [=](float w) { return w / largest; });
  return scaled;
}

// The best scale for some roundings of the values to quants.
class ScaleSearch {
 public:
  ScaleSearch(std::span<const float> values, std::span<const float> weights)
      : size_(values.size()), peak_(Peak(values)), weights_(Scaled(weights)) {
    CHECK(weights.size() == size_);
    if (std::fabs(peak_) < kSmallestFitted) size_ = 0;
    for (std::size_t i = 0; i < size_; ++i) scaled_[i] = values[i] / peak_;
  }

  // quantize: from a value, of which the peak is 1, to its quant.
  template <class Quantizer>
  void Try(const Quantizer& quantize) {
    const Sums sums = SumsOf({scaled_.data(), size_}, weights_.data(), quantize);
    // With the best scale, wlx / wll, the error is sum w x^2 less this.
    if (sums.wll > 0.0 && sums.wlx * sums.wlx > gain_ * sums.wll) {
      scale_ = sums.wlx / sums.wll;
      gain_ = scale_ * sums.wlx;
    }
  }

  // 0 for zeros.
  float Best() const { return static_cast<float>(scale_ * peak_); }

 private:
  std::size_t size_;
  float peak_;
  std::array<float, kMaxValues> scaled_;
  Weights weights_;
  double gain_ = 0.0;
  double scale_ = 0.0;
};

}  // namespace

float Peak(std::span<const float> values) {
  float peak = 0.0f;
  for (const float value : values) {
    if (std::fabs(value) > std::fabs(peak)) peak = value;
  }
  return peak;
}

float FitScale(std::span<const float> values, std::span<const float> weights, int limit) {
  ScaleSearch search(values, weights);
  const auto max_quant = static_cast<float>(limit);
  for (int step = -kScaleSteps; step <= kScaleSteps; ++step) {
    // The peak takes the side that reaches one further: -limit.
    const float inverse = -(max_quant + kStep * static_cast<float>(step));
    search.Try(UniformQuantizer{inverse, 0.0f, -max_quant, max_quant - 1.0f});
  }
  return search.Best();
}

float FitIq4Scale(std::span<const float> values, std::span<const float> weights) {
  ScaleSearch search(values, weights);
  for (const int end : {kIq4Values.front(), kIq4Values.back()}) {
    for (int step = -kIq4Steps; step <= kIq4Steps; ++step) {
      search.Try(Iq4Quantizer{static_cast<float>(end + step)});
    }
  }
  return search.Best();
}

std::uint8_t NearestIq4Code(float value) {
  int code = 0;
  for (std::size_t gap = 0; gap < kIq4Gaps; ++gap) code += value > Iq4Middle(gap) ? 1 : 0;
  return static_cast<std::uint8_t>(code);
}

ScaleAndMinimum FitScaleAndMinimum(std::span<const float> values,
                                   std::span<const float> value_weights, int limit) {
  CHECK(values.size() == value_weights.size());
  const Weights weights = Scaled(value_weights);
  const float peak = std::fabs(Peak(values));
  if (peak < kSmallestFitted) return {};
  std::array<float, kMaxValues> scaled;
  float low = 0.0f;  // a minimum cannot be above zero
  float high = -1.0f;
  for (std::size_t i = 0; i < values.size(); ++i) {
    scaled[i] = values[i] / peak;
    low = std::min(low, scaled[i]);
    high = std::max(high, scaled[i]);
  }
  if (high - low < 1e-6f) return {.scale = 0.0f, .minimum = -low * peak};  // all equal, below zero
  double w = 0.0;
  double wx = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    w += weights[i];
    wx += weights[i] * scaled[i];
  }
  const auto max_quant = static_cast<float>(limit);
  const std::span<const float> x(scaled.data(), values.size());
  double best_error = 0.0;  // less sum w x^2, which all have in common
  double best_scale = 0.0;
  double best_origin = 0.0;
  for (int step = -kMinimumSteps; step <= kMinimumSteps; ++step) {
    const float inverse = (max_quant + kStep * static_cast<float>(step)) / (high - low);
    const Sums sums = SumsOf(x, weights.data(), UniformQuantizer{inverse, low, 0.0f, max_quant});
    if (sums.wll <= 0.0) continue;
    // The least squares of x = scale * l + origin; without origin where that would be above zero,
    // or where all values have the same quant, which leaves it undetermined.
    const double determinant = w * sums.wll - sums.wl * sums.wl;
    double scale = sums.wlx / sums.wll;
    double origin = 0.0;
    if (determinant > 1e-9 * w * sums.wll) {
      const double free_origin = (sums.wll * wx - sums.wl * sums.wlx) / determinant;
      if (free_origin < 0.0) {
        origin = free_origin;
        scale = (w * sums.wlx - wx * sums.wl) / determinant;
      }
    }
    const double error = scale * scale * sums.wll + origin * origin * w +
                         2.0 * (scale * origin * sums.wl - scale * sums.wlx - origin * wx);
    if (scale > 0.0 && error < best_error) {
      best_error = error;
      best_scale = scale;
      best_origin = origin;
    }
  }
  return {.scale = static_cast<float>(best_scale * peak),
          .minimum = static_cast<float>(-best_origin * peak)};
}

}  // namespace edgevlm
