// Resampler: changes the rate of mono samples (libsamplerate).
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/result.h"

struct SRC_STATE_tag;

namespace edgevlm {

// A band-limited interpolation (Smith 1984) that keeps nine tenths of the band: a cheaper one takes
// consonants away, and Whisper hears other words. The filter's delay is already removed. Threads:
// one at a time.
class Resampler {
 public:
  // REQUIRES: rates within a factor of 256. Throws std::bad_alloc.
  Resampler(int from_rate, int to_rate);

  // Appends the samples that are ready once `in` is read. is_last: no more follow, and the rest is
  // appended.
  void Resample(std::span<const float> in, bool is_last, std::vector<float>& out);

 private:
  struct Free {
    void operator()(SRC_STATE_tag* state) const;
  };

  double ratio_;
  std::unique_ptr<SRC_STATE_tag, Free> state_;
};

}  // namespace edgevlm
