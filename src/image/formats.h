// Internal interface between decode.cc and the decoders of the formats. Users include decode.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/result.h"
#include "image/decode.h"
#include "image/image.h"

namespace edgevlm {

using Bytes = std::span<const std::byte>;

// One decoding job. `info` is the result of the format's probe, already checked against `limits`.
struct DecodeTask {
  Bytes file;
  ImageInfo info;
  DecodeLimits limits;
  int target_side = 0;
};

// One file each: jpeg.cc, png.cc, webp.cc, ppm.cc. The images are as stored, not yet upright.
// The probes read headers only and do not check limits.
Result<ImageInfo> ProbeJpeg(Bytes file);
Result<Image> DecodeJpeg(const DecodeTask& task);
Result<ImageInfo> ProbePng(Bytes file);
Result<Image> DecodePng(const DecodeTask& task);
Result<ImageInfo> ProbeWebp(Bytes file);
Result<Image> DecodeWebp(const DecodeTask& task);
Result<ImageInfo> ProbePpm(Bytes file);
Result<Image> DecodePpm(const DecodeTask& task);

// "png: data: expected a whole file, found its end after 123 bytes".
Error CutShort(const char* format, Bytes file);
// "png: data: expected a valid image, found WHAT".
Error Malformed(const char* format, const std::string& what);
// "png: size: expected WHAT_PROBED, found ..." if a library reads another size than our probe.
MaybeError CheckSameSize(const ImageInfo& info, std::int64_t width, std::int64_t height);

// Composites `count` RGBA pixels over white.
void LayOverWhite(const std::uint8_t* rgba, int count, std::uint8_t* rgb);

inline const std::uint8_t* Unsigned(Bytes bytes) {
  return reinterpret_cast<const std::uint8_t*>(bytes.data());
}

}  // namespace edgevlm
