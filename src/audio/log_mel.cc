#include "audio/log_mel.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>

#include "base/check.h"
#include "kernels/row_chunks.h"

namespace edgevlm {
namespace {

constexpr int kWindow = Fourier::kSize;
constexpr int kHalf = kWindow / 2;
constexpr int kBins = MelFilters::kBins;
// A complex transform takes two real frames, one as its imaginary part.
constexpr int kFramesAtOnce = 2 * Fourier::kLanes;

constexpr double kLeastPower = 1e-10;
constexpr float kRange = 8;  // below the loudest value, in powers of ten

// |X[k]|^2 of the frames in both parts: their transforms are (Z[k] + conj Z[-k]) / 2 and
// (Z[k] - conj Z[-k]) / 2i.
void Powers(const Fourier::Sequence& z, std::size_t lane, std::array<double, kBins>& of_real,
            std::array<double, kBins>& of_imaginary) {
  for (std::size_t k = 0; k < kBins; ++k) {
    const Fourier::Complex& a = z[k];
    const Fourier::Complex& b = z[(kWindow - k) % kWindow];
    const double real_sum = a.real[lane] + b.real[lane];
    const double real_difference = a.real[lane] - b.real[lane];
    const double imaginary_sum = a.imaginary[lane] + b.imaginary[lane];
    const double imaginary_difference = a.imaginary[lane] - b.imaginary[lane];
    of_real[k] = (real_sum * real_sum + imaginary_difference * imaginary_difference) / 4;
    of_imaginary[k] = (real_difference * real_difference + imaginary_sum * imaginary_sum) / 4;
  }
}

bool IsSilent(std::span<const float> samples) {
  return std::ranges::all_of(samples, [](float v) { return v == 0; });
}

// The samples with half a window before them, mirrored without the first one, and as much after
// them; `total` between.
std::vector<float> Padded(std::span<const float> samples, std::size_t total, bool mirrors_end) {
  std::vector<float> padded(total + kWindow);
  std::ranges::copy(samples, padded.begin() + kHalf);
  float* const begin = padded.data() + kHalf;
  float* const end = begin + total;
  for (std::ptrdiff_t i = 1; i <= kHalf; ++i) begin[-i] = begin[i];
  for (std::ptrdiff_t i = 0; i < kHalf && mirrors_end; ++i) end[i] = end[-2 - i];
  return padded;
}

}  // namespace

LogMel::LogMel(int bands) : filters_(bands) {
  for (int i = 0; i < kWindow; ++i) {
    hann_.push_back(0.5 - 0.5 * std::cos(2 * std::numbers::pi * i / kWindow));
  }
}

void LogMel::OfWhole(std::span<const float> samples, View<float> mel, ThreadPool& pool) const {
  CHECK(samples.size() > kHalf && mel.rows == static_cast<int>(samples.size()) / kMelHop);
  Frames(Padded(samples, samples.size(), true), mel, pool);
}

void LogMel::OfWindow(std::span<const float> samples, View<float> mel, ThreadPool& pool) const {
  const std::size_t total = static_cast<std::size_t>(mel.rows) * kMelHop;
  CHECK(total > kHalf && samples.size() <= total);
  Frames(Padded(samples, total, false), mel, pool);
}

void LogMel::Frames(std::span<const float> padded, View<float> mel, ThreadPool& pool) const {
  const int groups = (mel.rows + kFramesAtOnce - 1) / kFramesAtOnce;
  constexpr int kValuesOfGroup =
      kFramesAtOnce * kWindow * 8;  // passes of a transform, and the rest
  ForRows(groups, kValuesOfGroup, pool, [&](int group) {
    const int first = group * kFramesAtOnce;
    const int count = std::min(kFramesAtOnce, mel.rows - first);
    FramesAtOnce(padded.subspan(static_cast<std::size_t>(first) * kMelHop,
                                static_cast<std::size_t>((count - 1) * kMelHop + kWindow)),
                 mel.Rows(first, count));
  });
  float loudest = std::numeric_limits<float>::lowest();
  for (int t = 0; t < mel.rows; ++t) loudest = std::max(loudest, std::ranges::max(mel.Row(t)));
  ForRows(mel.rows, mel.cols, pool, [&](int t) {
    for (float& value : mel.Row(t)) value = (std::max(value, loudest - kRange) + 4) / 4;
  });
}

void LogMel::FramesAtOnce(std::span<const float> padded, View<float> mel) const {
  if (IsSilent(padded)) {
    for (int i = 0; i < mel.rows; ++i) {
      std::ranges::fill(mel.Row(i), static_cast<float>(std::log10(kLeastPower)));
    }
    return;
  }
  Fourier::Sequence z = {}, scratch;
  for (int i = 0; i < mel.rows; ++i) {
    const float* const frame = padded.data() + i * kMelHop;
    const auto lane = static_cast<std::size_t>(i / 2);
    for (std::size_t n = 0; n < kWindow; ++n) {
      (i % 2 == 0 ? z[n].real : z[n].imaginary)[lane] = frame[n] * hann_[n];
    }
  }
  fourier_.Transform(z, scratch);
  std::array<std::array<double, kBins>, 2> powers;
  std::vector<double> sums(static_cast<std::size_t>(bands()));
  for (int i = 0; i < mel.rows; ++i) {
    if (i % 2 == 0) Powers(z, static_cast<std::size_t>(i / 2), powers[0], powers[1]);
    filters_.Apply(powers[static_cast<std::size_t>(i % 2)], sums);
    std::ranges::transform(sums, mel.Row(i).begin(), [](double power) {
      return static_cast<float>(std::log10(std::max(power, kLeastPower)));
    });
  }
}

}  // namespace edgevlm
