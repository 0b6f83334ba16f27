// Decodes video files with FFmpeg's libraries.
#pragma once

#include "video/decoder/frame_sender.h"

namespace edgevlm {

// Sends what a request wants of the open file: facts first, then frames.
// Errors: kCorrupt, kUnsupported, kTooLarge; those that nothing was sent of.
MaybeError DecodeWithFfmpeg(int fd, const FrameRequest& request, const WriteBytes& write);

// The same for a stream of the network. Its times begin at 0 where it is joined.
MaybeError DecodeStream(const char* address, const FrameRequest& request, const WriteBytes& write);

}  // namespace edgevlm
