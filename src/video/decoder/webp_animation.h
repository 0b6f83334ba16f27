// Decodes animated WebP, which FFmpeg 5 does not.
#pragma once

#include "video/decoder/frame_sender.h"

namespace edgevlm {

bool IsWebp(int fd);

// As DecodeWithFfmpeg.
MaybeError DecodeWebpAnimation(int fd, const FrameRequest& request, const WriteBytes& write);

}  // namespace edgevlm
