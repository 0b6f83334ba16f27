// From pixels to the bytes of an image file.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "image/image.h"

namespace edgevlm {

// A PNG file, 8-bit RGB. REQUIRES: image not empty.
std::vector<std::byte> EncodePng(const Image& image);

// The resolution of a JPEG's colors, against that of its brightness.
enum class JpegChroma { kHalf, kFull };

// A baseline JPEG file. quality: 1 (smallest) to 100 (best).
// REQUIRES: image not empty, sides up to 65,500.
std::vector<std::byte> EncodeJpeg(const Image& image, int quality,
                                  JpegChroma chroma = JpegChroma::kHalf);

// EncodePng into a file, which is replaced. Errors: kIo.
MaybeError WritePng(const std::string& path, const Image& image);

}  // namespace edgevlm
