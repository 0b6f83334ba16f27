// MelFilters: sums the bins of a power spectrum to bands that are evenly spaced in mel.
#pragma once

#include <span>
#include <vector>

namespace edgevlm {

// Triangles of equal area whose corners are evenly spaced on Slaney's mel scale (linear up to 1
// kHz, logarithmic above), from 0 to 8 kHz, for spectra of 400 samples at 16 kHz: librosa's, which
// Whisper was trained with. Threads: const methods from any thread.
class MelFilters {
 public:
  static constexpr int kBins = 201;

  // REQUIRES: bands >= 1.
  explicit MelFilters(int bands);

  int bands() const { return static_cast<int>(bands_.size()); }

  // sums[b] = sum_k weight[b, k] power[k]
  //   power  [kBins]
  //   sums   [bands()]
  void Apply(std::span<const double> power, std::span<double> sums) const;

 private:
  struct Band {
    int first_bin = 0;
    std::vector<double> weights;  // from that bin on; elsewhere 0
  };

  std::vector<Band> bands_;
};

}  // namespace edgevlm
