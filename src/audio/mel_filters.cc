#include "audio/mel_filters.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "audio/sound.h"
#include "base/check.h"

namespace edgevlm {
namespace {

// Slaney's scale: 15 mel at 1 kHz, and from there 27 for each factor of 6.4.
constexpr double kBreakHertz = 1000, kBreakMel = 15, kHertzPerMel = 200.0 / 3;
double MelsPerE() { return 27 / std::log(6.4); }

double MelOf(double hertz) {
  if (hertz < kBreakHertz) return hertz / kHertzPerMel;
  return kBreakMel + std::log(hertz / kBreakHertz) * MelsPerE();
}

double HertzOf(double mel) {
  if (mel < kBreakMel) return mel * kHertzPerMel;
  return kBreakHertz * std::exp((mel - kBreakMel) / MelsPerE());
}

}  // namespace

MelFilters::MelFilters(int bands) : bands_(static_cast<std::size_t>(bands)) {
  CHECK(bands >= 1);
  const double step = MelOf(kSampleRate / 2.0) / (bands + 1);
  for (int b = 0; b < bands; ++b) {
    const double low = HertzOf(b * step), middle = HertzOf((b + 1) * step),
                 high = HertzOf((b + 2) * step);
    Band& band = bands_[static_cast<std::size_t>(b)];
    for (int bin = 0; bin < kBins; ++bin) {
      const double hertz = bin * (kSampleRate / 2.0) / (kBins - 1);
      const double height =
          std::min((hertz - low) / (middle - low), (high - hertz) / (high - middle));
      if (height <= 0) continue;
      if (band.weights.empty()) band.first_bin = bin;
      band.weights.push_back(height * 2 / (high - low));
    }
  }
}

void MelFilters::Apply(std::span<const double> power, std::span<double> sums) const {
  for (std::size_t b = 0; b < bands_.size(); ++b) {
    const Band& band = bands_[b];
    const double* from = power.data() + band.first_bin;
    double sum = 0;
    for (std::size_t i = 0; i < band.weights.size(); ++i) sum += band.weights[i] * from[i];
    sums[b] = sum;
  }
}

}  // namespace edgevlm
