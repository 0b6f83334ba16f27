#include "kernels/quantize/fit.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>

#include "base/check.h"

namespace edgevlm {
namespace {

// Partial sums side by side, which the compiler keeps in vectors.
constexpr std::size_t kLanes = 8;
constexpr std::size_t kMostValues = 32;
using Lanes = std::array<float, kLanes>;

// A tenth of a level up and down: the roundings in between differ by few values.
constexpr float kStep = 0.1f;
constexpr int kScaleSteps = 9;
constexpr int kMinimumSteps = 10;

double Total(const Lanes& lanes) { return std::accumulate(lanes.begin(), lanes.end(), 0.0); }

// Sums over the values, of the levels l that they are rounded to. Doubles: differences of them are
// small against them.
struct Sums {
  double wl = 0.0;
  double wll = 0.0;
  double wlx = 0.0;
};

// l = clamp(nearest((x - origin) * inverse), least, most)
struct Rounding {
  float inverse;
  float origin;
  float least;
  float most;
};

Sums SumsOf(std::span<const float> values, const float* weights, const Rounding& rounding) {
  Lanes wl{}, wll{}, wlx{};
  for (std::size_t i = 0; i < values.size(); i += kLanes) {
    for (std::size_t j = 0; j < kLanes; ++j) {
      const float x = values[i + j];
      const float nearest = Nearest((x - rounding.origin) * rounding.inverse);
      const float level = std::min(std::max(nearest, rounding.least), rounding.most);
      const float weighted = weights[i + j] * level;
      wl[j] += weighted;
      wll[j] += weighted * level;
      wlx[j] += weighted * x;
    }
  }
  return {Total(wl), Total(wll), Total(wlx)};
}

}  // namespace

float Peak(std::span<const float> values) {
  float peak = 0.0f;
  for (const float value : values) {
    if (std::fabs(value) > std::fabs(peak)) peak = value;
  }
  return peak;
}

float FitScale(std::span<const float> values, int limit) {
  CHECK(values.size() % kLanes == 0 && values.size() <= kMostValues);
  const float peak = Peak(values);
  if (std::fabs(peak) < kSmallestFitted) return 0.0f;
  // Against the peak, so that no weight is too small or too large for a float.
  std::array<float, kMostValues> scaled, weights;
  for (std::size_t i = 0; i < values.size(); ++i) {
    scaled[i] = values[i] / peak;
    weights[i] = scaled[i] * scaled[i];
  }
  const auto most = static_cast<float>(limit);
  const std::span<const float> x(scaled.data(), values.size());
  double best_gain = 0.0;
  double best_scale = 0.0;
  for (int step = -kScaleSteps; step <= kScaleSteps; ++step) {
    // The peak takes the side that reaches one further: -limit.
    const float inverse = -(most + kStep * static_cast<float>(step));
    const Sums sums = SumsOf(x, weights.data(), {inverse, 0.0f, -most, most - 1.0f});
    // With the best scale, wlx / wll, the error is sum w x^2 less this.
    if (sums.wll > 0.0 && sums.wlx * sums.wlx > best_gain * sums.wll) {
      best_scale = sums.wlx / sums.wll;
      best_gain = best_scale * sums.wlx;
    }
  }
  return static_cast<float>(best_scale * peak);
}

ScaleAndMinimum FitScaleAndMinimum(std::span<const float> values, int limit) {
  CHECK(values.size() % kLanes == 0 && values.size() <= kMostValues);
  const float peak = std::fabs(Peak(values));
  if (peak < kSmallestFitted) return {};
  std::array<float, kMostValues> scaled, weights;
  double squares = 0.0;
  float low = 0.0f;  // a minimum can not be above zero
  float high = -1.0f;
  for (std::size_t i = 0; i < values.size(); ++i) {
    scaled[i] = values[i] / peak;
    squares += scaled[i] * scaled[i];
    low = std::min(low, scaled[i]);
    high = std::max(high, scaled[i]);
  }
  if (high - low < 1e-6f) return {.scale = 0.0f, .minimum = -low * peak};  // all equal, below zero
  const auto mean = static_cast<float>(std::sqrt(squares / static_cast<double>(values.size())));
  double w = 0.0;
  double wx = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    weights[i] = mean + std::fabs(scaled[i]);
    w += weights[i];
    wx += weights[i] * scaled[i];
  }
  const auto most = static_cast<float>(limit);
  const std::span<const float> x(scaled.data(), values.size());
  double best_error = 0.0;  // less sum w x^2, which all have in common
  double best_scale = 0.0;
  double best_origin = 0.0;
  for (int step = -kMinimumSteps; step <= kMinimumSteps; ++step) {
    const float inverse = (most + kStep * static_cast<float>(step)) / (high - low);
    const Sums sums = SumsOf(x, weights.data(), {inverse, low, 0.0f, most});
    if (sums.wll <= 0.0) continue;
    // The least squares of x = scale * l + origin; without origin where that would be above zero,
    // or where one level for all leaves it open.
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
