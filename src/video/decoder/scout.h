// A look at a video before the sandbox is entered, from within one.
#pragma once

#include <optional>

#include "video/decoder/hardware.h"
#include "video/decoder/sandbox.h"
#include "video/frame_request.h"

namespace edgevlm {

// Which decoder to open for a file or a stream (DecodeWithFfmpeg). What reads it is a process of
// its own in a sandbox, as this one has none yet; nothing but the facts comes back. Nothing if no
// device is worth opening, the input can be read only once, or this takes longer than 20 s. Call it
// before the first thread starts.
std::optional<TrackFacts> FindTrackFacts(int fd, const char* address, const FrameRequest& request,
                                         const SandboxLimits& limits);

}  // namespace edgevlm
