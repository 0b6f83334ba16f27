// Reads an image file's format and size without decoding it.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "edgevlm/result.h"

namespace edgevlm {

struct ImageFileInfo {
  std::string_view format;  // "jpeg", "png", "webp" or "ppm"
  int width = 0;            // of the upright image, in pixels; at least 1
  int height = 0;
};

// Detects the format from the first bytes of the file, never from its name. Errors: kUnsupported
// (another format), kCorrupt. Cost: microseconds.
Result<ImageFileInfo> ProbeImage(std::span<const std::byte> file);

}  // namespace edgevlm
