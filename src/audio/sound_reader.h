// SoundReader: reads a sound file as mono samples at 16 kHz, piece by piece.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "audio/resampler.h"
#include "audio/sample_source.h"
#include "audio/sound_file.h"
#include "base/result.h"

namespace edgevlm {

// Channels are averaged, samples resampled. The file must outlive this.
class SoundReader final : public SampleSource {
 public:
  // Errors: those of SoundFile::Open.
  static Result<SoundReader> Open(std::span<const std::byte> file, const SoundLimits& limits = {});

  const SoundInfo& info() const override { return file_.info(); }

  // Appends at most `count` samples; fewer only at the end. Returns how many. Errors: those of
  // SoundFile::Read.
  Result<std::size_t> Read(std::size_t count, std::vector<float>& samples) override;

 private:
  explicit SoundReader(SoundFile file);

  MaybeError ReadBlock();

  SoundFile file_;
  std::optional<Resampler> resampler_;  // none: the file has this rate
  std::vector<float> frames_;           // of one block, as stored
  std::vector<float> mono_;             // the same, averaged
  std::vector<float> ready_;            // samples that were not asked for yet,
  std::size_t used_ = 0;                // but for so many
  bool is_at_end_ = false;
};

}  // namespace edgevlm
