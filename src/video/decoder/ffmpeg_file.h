// Decodes a file or a stream with FFmpeg's libraries.
#pragma once

#include <optional>

#include "video/decoder/hardware.h"
#include "video/frame_request.h"
#include "video/messages.h"

namespace edgevlm {

// Sends the facts, the wanted frames and the end of an open file, or of the stream at an address
// that is not empty. hardware: decodes it if it was opened for such a track. Errors, to be sent in
// place of the end: kCorrupt, kUnsupported, kTooLarge.
MaybeError DecodeWithFfmpeg(int fd, const char* address, const FrameRequest& request,
                            const WriteBytes& write, HardwareDecoder hardware = {});

// What a device should be opened for: nothing if there is none for such tracks, or if the request
// leaves most frames out, which a device cannot. Reads the beginning.
std::optional<TrackFacts> ScoutWithFfmpeg(int fd, const char* address, const FrameRequest& request);

}  // namespace edgevlm
