// Decodes sound tracks with FFmpeg's libraries.
#pragma once

#include "video/messages.h"
#include "video/sound_request.h"

namespace edgevlm {

// Sends what a request wants of the open file: facts first, then mono samples at 16 kHz, the
// channels averaged. Times are those of the file's video track, if it has one: a track that begins
// later, or has gaps, is filled with silence. Errors: kCorrupt, kUnsupported, kTooLarge.
MaybeError DecodeSound(int fd, const SoundRequest& request, const WriteBytes& write);

}  // namespace edgevlm
