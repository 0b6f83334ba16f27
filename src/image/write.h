// Encodes images as PNG and JPEG.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "image/image.h"

namespace edgevlm {

// A PNG file, 8-bit RGB. REQUIRES: image not empty.
std::vector<std::byte> EncodePng(const Image& image);

// Chroma resolution of a JPEG, relative to luma.
enum class JpegChroma { kHalf, kFull };

// A baseline JPEG file. quality: 1 (smallest) to 100 (best).
// REQUIRES: image not empty, sides up to 65,500.
std::vector<std::byte> EncodeJpeg(const Image& image, int quality,
                                  JpegChroma chroma = JpegChroma::kHalf);

// Writes EncodePng to a file; an existing file is replaced. Errors: kIo.
MaybeError WritePng(const std::string& path, const Image& image);

}  // namespace edgevlm
