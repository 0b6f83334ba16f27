// SampleSource: where the samples come from that models read, mono at 16 kHz.
#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "audio/sound.h"
#include "base/result.h"

namespace edgevlm {

// Memory does not depend on the length. Threads: one at a time.
class SampleSource {
 public:
  virtual ~SampleSource() = default;

  virtual const SoundInfo& info() const = 0;

  // Appends at most `count` samples, which are finite; fewer only at the end. Returns how many.
  // Errors: kCorrupt, kTooLarge, kIo, kCancelled. Call it no more after one.
  virtual Result<std::size_t> Read(std::size_t count, std::vector<float>& samples) = 0;
};

struct SoundPart {
  double from_s = 0;
  double to_s = std::numeric_limits<double>::infinity();
  std::function<bool()> is_cancelled = {};  // asked while a program decodes; may be empty
};

// A file in memory, which must outlive the source. WAV and FLAC are decoded here; all else by the
// program that decodes videos (video/decoder_program.h), because decoders of compressed formats are
// attacked more often. Without that program, Ogg and MP3 are decoded here too.
// Errors: kUnsupported (another format, or a video without sound), kCorrupt, kTooLarge, kIo.
Result<std::unique_ptr<SampleSource>> OpenSound(std::span<const std::byte> file,
                                                const SoundPart& part = {});

// The same of a file by its path, which is not read into memory, or of standard input ("-"). That
// is read as it comes, and has no limit of time, if the program is there; else 256 MiB of it are.
// Errors: also kNotFound.
Result<std::unique_ptr<SampleSource>> OpenSoundFile(const std::string& path,
                                                    const SoundPart& part = {});

}  // namespace edgevlm
