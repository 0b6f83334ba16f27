#include "video/decoder/sample_sender.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "video/decoder/ffmpeg_input.h"

namespace edgevlm {
namespace {

constexpr int kRate = SoundRequest::kRate;
// Times of packets are rounded, to milliseconds in Matroska: a smaller gap is none.
constexpr std::int64_t kGapSamples = kRate / 10;
// Estimates of a container, and the padding of encoders.
constexpr double kMissingSeconds = 0.5, kMissingPart = 0.01;
// Taps of the resampler's filter. With the 32 that are usual, what lies above 8 kHz comes through.
constexpr int kFilterTaps = 64;

}  // namespace

MaybeError SampleSender::CheckLimits(int channels, int rate) const {
  if (channels < 1 || channels > request_.most_channels) {
    return Error{ErrorCode::kTooLarge, "expected 1 to " + std::to_string(request_.most_channels) +
                                           " channels, found " + std::to_string(channels)};
  }
  if (rate < request_.lowest_rate || rate > request_.highest_rate) {
    return Error{ErrorCode::kTooLarge, "expected " + std::to_string(request_.lowest_rate) + " to " +
                                           std::to_string(request_.highest_rate) +
                                           " samples a second, found " + std::to_string(rate)};
  }
  return std::nullopt;
}

Error SampleSender::TooLong() const {
  return {ErrorCode::kTooLarge, "expected at most " +
                                    std::to_string(std::llround(request_.most_seconds)) +
                                    " seconds, found more"};
}

// Files may change their form in the middle.
MaybeError SampleSender::Prepare(const AVFrame& frame) {
  const int channels = frame.ch_layout.nb_channels;
  if (resampler_ && channels == channels_ && frame.sample_rate == rate_ &&
      frame.format == format_) {
    return std::nullopt;
  }
  if (auto error = CheckLimits(channels, frame.sample_rate)) return error;
  if (resampler_) {
    if (auto error = Resample(nullptr)) return error;
  }
  // In no order: which speaker a channel belongs to does not matter here.
  AVChannelLayout from = {};
  from.order = AV_CHANNEL_ORDER_UNSPEC;
  from.nb_channels = channels;
  AVChannelLayout mono = AV_CHANNEL_LAYOUT_MONO;
  SwrContext* made = nullptr;
  const int allocated =
      swr_alloc_set_opts2(&made, &mono, AV_SAMPLE_FMT_FLT, kRate, &from,
                          static_cast<AVSampleFormat>(frame.format), frame.sample_rate, 0, nullptr);
  if (allocated < 0) return FfmpegError("sound that can be resampled", allocated);
  resampler_.reset(made);
  const std::vector<double> mean(static_cast<std::size_t>(channels), 1.0 / channels);
  swr_set_matrix(made, mean.data(), channels);
  av_opt_set_int(made, "filter_size", kFilterTaps, 0);
  const int prepared = swr_init(made);
  if (prepared < 0) return FfmpegError("sound that can be resampled", prepared);
  channels_ = channels;
  rate_ = frame.sample_rate;
  format_ = frame.format;
  return std::nullopt;
}

// Fills what is missing before a frame with silence; the first may also come too early.
MaybeError SampleSender::KeepTime(double seconds) {
  constexpr double kMostSeconds = 1e7;  // far from overflow
  const double offset = std::clamp(seconds - request_.from_seconds, -kMostSeconds, kMostSeconds);
  const std::int64_t at = std::llround(offset * kRate);
  if (!has_begun_) {
    early_ = std::max<std::int64_t>(0, -at);
    return at > 0 ? SendSilence(at) : std::nullopt;
  }
  const std::int64_t expected = sent_ - early_ + swr_get_delay(resampler_.get(), kRate);
  if (at - expected <= kGapSamples) return std::nullopt;
  return SendSilence(at - expected);
}

MaybeError SampleSender::Add(const AVFrame& frame, std::optional<double> seconds) {
  if (auto error = Prepare(frame)) return error;
  if (seconds || !has_begun_) {
    if (auto error = KeepTime(seconds.value_or(0))) return error;
  }
  has_begun_ = true;
  return Resample(&frame);
}

// frame: null for what the resampler still holds.
MaybeError SampleSender::Resample(const AVFrame* frame) {
  const int in = frame == nullptr ? 0 : frame->nb_samples;
  const int most = swr_get_out_samples(resampler_.get(), in);
  if (most < 0) return FfmpegError("sound that can be resampled", most);
  samples_.resize(static_cast<std::size_t>(most) + 1);
  auto* out = reinterpret_cast<std::uint8_t*>(samples_.data());
  auto** const data =
      frame == nullptr ? nullptr : const_cast<const std::uint8_t**>(frame->extended_data);
  const int found =
      swr_convert(resampler_.get(), &out, static_cast<int>(samples_.size()), data, in);
  if (found < 0) return FfmpegError("sound that can be resampled", found);
  std::span<const float> samples(samples_.data(), static_cast<std::size_t>(found));
  const auto early = static_cast<std::size_t>(std::min<std::int64_t>(early_, found));
  early_ -= static_cast<std::int64_t>(early);
  return Send(samples.subspan(early));
}

MaybeError SampleSender::Send(std::span<const float> samples) {
  const double wanted = (request_.to_seconds - request_.from_seconds) * kRate;
  while (!samples.empty() && !is_done_) {
    const double left = std::max(0.0, wanted - static_cast<double>(sent_));
    const auto count = static_cast<std::size_t>(
        std::min({static_cast<double>(samples.size()), static_cast<double>(kMostSamples), left}));
    is_done_ = count == 0 || !WriteSamples(samples.first(count), write_);
    sent_ += static_cast<std::int64_t>(count);
    samples = samples.subspan(count);
    if (request_.most_seconds > 0 && static_cast<double>(sent_) > request_.most_seconds * kRate) {
      return TooLong();
    }
  }
  return std::nullopt;
}

MaybeError SampleSender::SendSilence(std::int64_t samples) {
  constexpr std::array<float, kMostSamples> kSilence = {};
  const std::int64_t early = std::min(early_, samples);
  early_ -= early;
  for (std::int64_t left = samples - early; left > 0 && !is_done_;) {
    const auto count = std::min<std::int64_t>(left, kMostSamples);
    if (auto error = Send(std::span(kSilence).first(static_cast<std::size_t>(count)))) return error;
    left -= count;
  }
  return std::nullopt;
}

MaybeError SampleSender::End(bool has_frames, double expected_seconds) {
  if (!has_frames) {
    return Error{ErrorCode::kCorrupt, "expected sound, found none that can be decoded"};
  }
  if (!is_done_ && resampler_) {
    if (auto error = Resample(nullptr)) return error;
  }
  const double found =
      request_.from_seconds + static_cast<double>(sent_ - early_) / SoundRequest::kRate;
  const double missing = std::max(kMissingSeconds, kMissingPart * expected_seconds);
  if (!is_done_ && expected_seconds > 0 && found < expected_seconds - missing) {
    return Error{ErrorCode::kCorrupt, "expected " + std::to_string(expected_seconds) +
                                          " seconds, found " + std::to_string(found)};
  }
  WriteMessage(VideoEnd{std::max(0.0, found)}, write_);
  return std::nullopt;
}

}  // namespace edgevlm
