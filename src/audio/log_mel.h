// LogMel: the spectrogram that Whisper's encoder reads (Radford et al. 2022).
#pragma once

#include <span>
#include <vector>

#include "audio/fourier.h"
#include "audio/mel_filters.h"
#include "base/thread_pool.h"
#include "tensor/view.h"

namespace edgevlm {

inline constexpr int kMelHop = 160;  // samples from frame to frame: 10 ms

// Frame t is the spectrum of 400 samples around sample t * kMelHop, under Hann's window; before the
// first sample the sound is mirrored. For every band:
//   log10 of its power, at least 1e-10; at least the loudest value of all frames less 8;
//   (value + 4) / 4.
// Threads: const methods from any thread.
class LogMel {
 public:
  explicit LogMel(int bands);

  int bands() const { return filters_.bands(); }

  // The frames of a sound of whole hops that ends here: it is mirrored there too.
  //   samples  at least 201
  //   mel      [samples / kMelHop, bands]
  void OfWhole(std::span<const float> samples, View<float> mel, ThreadPool& pool) const;

  // The frames of a window in which silence follows the samples.
  //   samples  at most mel.rows * kMelHop
  //   mel      [T, bands], T * kMelHop >= 201
  // Cost: some us for each frame that is not silent, split over the pool.
  void OfWindow(std::span<const float> samples, View<float> mel, ThreadPool& pool) const;

 private:
  void Frames(std::span<const float> padded, View<float> mel, ThreadPool& pool) const;
  // The log10 of a few frames, whose samples these are.
  void FramesAtOnce(std::span<const float> padded, View<float> mel) const;

  MelFilters filters_;
  Fourier fourier_;
  std::vector<double> hann_;
};

}  // namespace edgevlm
