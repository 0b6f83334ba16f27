// Decodes image files to pixels: JPEG, PNG, WebP, PPM and PGM.
//
// Files are untrusted. Sizes are read from the headers and checked against the limits before memory
// is allocated. A file that is truncated within its pixels is an error, not a half-gray image; what
// follows the last pixel (checksums, end markers, metadata) may be missing. The result is upright
// (EXIF orientation applied) and opaque (composited over white). Color profiles are ignored, as in
// most training pipelines.
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
  int orientation = 1;  // EXIF, 1..8; from 5 on, width and height of the upright image are swapped
};

// Decoding takes at most 12 bytes of memory per pixel (a progressive CMYK JPEG), mostly 3.
struct DecodeLimits {
  std::int64_t pixels = 100'000'000;
  int side = 65'500;  // pixels, of either side
  std::int64_t file_bytes = 128 << 20;
  int scans = 100;  // of a progressive JPEG; real files have about ten
};

// Format (by the first bytes, never by file name), size and orientation, from the headers only.
// Errors: kUnsupported for other formats, kCorrupt. Cost: microseconds.
Result<ImageInfo> Probe(std::span<const std::byte> file);

// The upright image. target_side > 0 announces that the caller will downscale it to a longer side
// of target_side: JPEG and WebP may then decode at a reduced size, which is much cheaper. The
// longer side is still at least target_side (or full size). 0 gives the full size. Errors:
// kUnsupported, kCorrupt, kTooLarge; one line, beginning with the format. Threads: any;
// single-threaded.
Result<Image> Decode(std::span<const std::byte> file, const DecodeLimits& limits,
                     int target_side = 0);

}  // namespace edgevlm
