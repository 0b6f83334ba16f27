// SoundTrack: the sound of a file, which a program of its own decodes.
#pragma once

#include <memory>
#include <vector>

#include "video/decoder_program.h"
#include "video/sound_request.h"

namespace edgevlm {

// Threads: one at a time.
class SoundTrack {
 public:
  // Errors: kCorrupt, kUnsupported (without a sound track: MessageReader::kNoSoundTrack),
  // kTooLarge, kIo. Those here and of Next begin with the input's name.
  static Result<SoundTrack> Open(const DecoderInput& input, const SoundRequest& request,
                                 const DecodingLimits& limits);

  const TrackInfo& info() const { return info_; }

  // The next samples, mono at 16 kHz and finite; none at the end. Call it no more after an error.
  Result<std::vector<float>> Next();

 private:
  SoundTrack(std::unique_ptr<DecoderProgram> program, TrackInfo info)
      : program_(std::move(program)), info_(std::move(info)) {}

  std::unique_ptr<DecoderProgram> program_;
  TrackInfo info_;
  bool is_at_end_ = false;
};

}  // namespace edgevlm
