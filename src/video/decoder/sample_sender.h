// SampleSender: sends decoded sound as mono samples at 16 kHz.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "video/decoder/ffmpeg.h"
#include "video/messages.h"
#include "video/sound_request.h"

namespace edgevlm {

// Averages channels, resamples, and keeps to the times of the wanted part.
class SampleSender {
 public:
  SampleSender(const SoundRequest& request, WriteBytes write)
      : request_(request), write_(std::move(write)) {}

  // Errors: kTooLarge.
  MaybeError CheckLimits(int channels, int rate) const;
  Error TooLong() const;

  // The next frame. seconds: its time, if it has one. Errors: kTooLarge, kCorrupt.
  MaybeError Add(const AVFrame& frame, std::optional<double> seconds);
  // No frame comes any more. expected_seconds: the length of the track; 0: unknown. Errors:
  // kCorrupt (less was found, or nothing at all), kTooLarge.
  MaybeError End(bool has_frames, double expected_seconds);
  // Whether the wanted part is over, or nobody reads it any more.
  bool is_done() const { return is_done_; }

 private:
  MaybeError Prepare(const AVFrame& frame);
  MaybeError KeepTime(double seconds);
  MaybeError Resample(const AVFrame* frame);
  MaybeError Send(std::span<const float> samples);
  MaybeError SendSilence(std::int64_t samples);

  const SoundRequest request_;
  const WriteBytes write_;
  ResamplerPtr resampler_;
  int channels_ = 0;  // that the resampler reads,
  int rate_ = 0;      // Hz
  int format_ = -1;
  std::vector<float> samples_;
  std::int64_t early_ = 0;  // samples that come before the wanted part, not seen yet
  std::int64_t sent_ = 0;   // samples
  bool has_begun_ = false;
  bool is_done_ = false;
};

}  // namespace edgevlm
