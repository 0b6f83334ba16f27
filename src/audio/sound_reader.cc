#include "audio/sound_reader.h"

#include <algorithm>
#include <utility>

namespace edgevlm {
namespace {

constexpr std::size_t kBlockFrames = 4096;

}  // namespace

SoundReader::SoundReader(SoundFile file) : file_(std::move(file)) {
  const SoundInfo& info = file_.info();
  if (info.rate != kSampleRate) resampler_.emplace(info.rate, kSampleRate);
  frames_.resize(kBlockFrames * static_cast<std::size_t>(info.channels));
}

Result<SoundReader> SoundReader::Open(std::span<const std::byte> file, const SoundLimits& limits) {
  Result<SoundFile> opened = SoundFile::Open(file, limits);
  if (!opened) return opened.error();
  return SoundReader(*std::move(opened));
}

MaybeError SoundReader::ReadBlock() {
  const Result<std::size_t> found = file_.Read(frames_);
  if (!found) return found.error();
  is_at_end_ = *found < kBlockFrames;
  const auto channels = static_cast<std::size_t>(file_.info().channels);
  mono_.assign(*found, 0.0f);
  for (std::size_t frame = 0; frame < *found; ++frame) {
    double sum = 0;  // the mean of finite values is finite
    for (std::size_t c = 0; c < channels; ++c) sum += frames_[frame * channels + c];
    mono_[frame] = static_cast<float>(sum / static_cast<double>(channels));
  }
  ready_.erase(ready_.begin(), ready_.begin() + static_cast<std::ptrdiff_t>(used_));
  used_ = 0;
  if (resampler_) {
    resampler_->Resample(mono_, is_at_end_, ready_);
  } else {
    ready_.insert(ready_.end(), mono_.begin(), mono_.end());
  }
  return std::nullopt;
}

Result<std::size_t> SoundReader::Read(std::size_t count, std::vector<float>& samples) {
  std::size_t read = 0;
  while (read < count) {
    const std::size_t part = std::min(count - read, ready_.size() - used_);
    const auto from = ready_.begin() + static_cast<std::ptrdiff_t>(used_);
    samples.insert(samples.end(), from, from + static_cast<std::ptrdiff_t>(part));
    used_ += part;
    read += part;
    if (read == count || (part == 0 && is_at_end_)) break;
    if (is_at_end_) continue;
    if (auto error = ReadBlock()) return *error;
  }
  return read;
}

}  // namespace edgevlm
