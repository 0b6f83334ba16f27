// Resampler: changes the rate of mono samples (libsoxr).
#pragma once

#include <memory>
#include <span>
#include <vector>

struct soxr;

namespace edgevlm {

// A band-limited interpolation (Smith 1984) that keeps 96 % of the band: a cheaper one takes
// consonants away, and Whisper hears other words. The filter's delay is already removed. Threads:
// one at a time.
class Resampler {
 public:
  // REQUIRES: positive rates. Throws std::bad_alloc.
  Resampler(int from_rate, int to_rate);

  // Appends the samples that are ready once `in` is read. is_last: no more follow, and the rest is
  // appended.
  void Resample(std::span<const float> in, bool is_last, std::vector<float>& out);

 private:
  struct Free {
    void operator()(soxr* state) const;
  };

  std::unique_ptr<soxr, Free> state_;
};

}  // namespace edgevlm
