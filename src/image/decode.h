// From the bytes of an image file to pixels: JPEG, PNG, WebP, PPM and PGM.
//
// The bytes may come from anybody. Sizes are read from the headers and charged to the limits before
// anything is allocated; a file that ends inside its pixels is an error, not a half-gray image.
// What stands behind the last pixel (checksums, end marks, metadata) may be missing. The result is
// upright (EXIF orientation applied) and opaque (transparency over white). Color profiles are
// ignored, as in most training pipelines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.h"
#include "image/image.h"

namespace edgevlm {

struct ImageInfo {
  const char* format = "";  // "jpeg", "png", "webp" or "ppm"
  int width = 0;            // as stored, in pixels; at least 1
  int height = 0;
  int orientation = 1;  // EXIF, 1..8; from 5 on the upright image has the two sides exchanged
};

// Decoding takes at most 12 bytes of memory per pixel (a progressive CMYK JPEG), mostly 3.
struct DecodeLimits {
  std::int64_t pixels = 100'000'000;
  int side = 65'500;  // pixels, of either side
  std::int64_t file_bytes = 128 << 20;
  int scans = 100;  // of a progressive JPEG; a real one has about ten
};

// Format (by the first bytes, never by a name), size and orientation, from the headers only.
// Errors: kUnsupported for other formats, kCorrupt. Cost: microseconds.
Result<ImageInfo> Probe(std::span<const std::byte> file);

// The image, upright. With target_side > 0 the caller means to shrink it until its longer side is
// target_side, and JPEG and WebP may give it smaller than stored, but with a longer side of at
// least target_side (or its full size), because that is much cheaper; 0 gives the full size.
// Errors: kUnsupported, kCorrupt, kTooLarge; one line, beginning with the format.
// Threads: any; works in the caller alone.
Result<Image> Decode(std::span<const std::byte> file, const DecodeLimits& limits,
                     int target_side = 0);

}  // namespace edgevlm
