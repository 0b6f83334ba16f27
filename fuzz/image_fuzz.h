// Shared by the fuzz targets of the image formats: any result is fine if the limits hold.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/check.h"
#include "image/formats.h"

namespace edgevlm {

// Small, so that the fuzzer tries many files rather than large ones.
inline constexpr DecodeLimits kFuzzLimits = {.pixels = 1 << 18, .side = 4096, .scans = 20};

// Probes, then decodes at the full and at a reduced size, whatever the first bytes are.
inline void FuzzFormat(const std::uint8_t* data, std::size_t size,
                       Result<ImageInfo> (*probe)(Bytes),
                       Result<Image> (*decode)(const DecodeTask&)) {
  const Bytes file = std::as_bytes(std::span(data, size));
  const Result<ImageInfo> info = probe(file);
  if (!info) return;
  CHECK(info->width >= 1 && info->height >= 1);
  CHECK(1 <= info->orientation && info->orientation <= 8);
  if (std::int64_t{info->width} * info->height > kFuzzLimits.pixels) return;
  if (std::max(info->width, info->height) > kFuzzLimits.side) return;
  for (const int target_side : {0, 16}) {
    const Result<Image> image = decode({file, *info, kFuzzLimits, target_side});
    if (!image) continue;
    CHECK(image->width >= 1 && image->width <= info->width);
    CHECK(image->height >= 1 && image->height <= info->height);
    CHECK(std::max(image->width, image->height) >=
          std::min(target_side == 0 ? kFuzzLimits.side : target_side,
                   std::max(info->width, info->height)));
  }
}

}  // namespace edgevlm
