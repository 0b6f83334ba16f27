// SoundFile: decodes a sound file in memory, frame by frame (libsndfile).
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "audio/sound.h"
#include "base/result.h"

namespace edgevlm {

// The file is untrusted and must outlive this. Threads: one at a time.
class SoundFile {
 public:
  // Errors: kUnsupported (another format), kCorrupt, kTooLarge (names the limit), kIo (the mapped
  // file was truncated). One line that begins with the format.
  static Result<SoundFile> Open(std::span<const std::byte> file, const SoundLimits& limits);

  const SoundInfo& info() const { return info_; }

  // The next frames, channels side by side; fewer than fit only at the end. Returns how many.
  //   out  a multiple of info().channels
  // Errors: kCorrupt (fewer frames than the header says, a value that is not finite), kTooLarge
  // (longer than the limit), kIo.
  Result<std::size_t> Read(std::span<float> out);

 private:
  struct State;
  struct Free {
    void operator()(State* state) const;
  };

  SoundFile(std::unique_ptr<State, Free> state, const SoundInfo& info);

  std::unique_ptr<State, Free> state_;
  SoundInfo info_;
};

}  // namespace edgevlm
