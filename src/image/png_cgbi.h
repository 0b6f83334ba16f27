// CgBI: Apple's variant of PNG, into which Xcode converts the images of iPhone apps. Its first
// chunk is CgBI, pixel data lack zlib's header and checksum, and pixels are premultiplied BGRA.
// There is no specification; https://theapplewiki.com/wiki/PNG_CgBI_Format describes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "image/formats.h"

namespace edgevlm {

// file: a PNG, or a prefix of one.
bool IsCgbi(Bytes file);

// The file in a form that libpng reads: without the chunk CgBI, and with a zlib header. zlib's
// checksum is four zeros and must be ignored; the checksums of the chunks are verified and
// recomputed. Pixels are unchanged. Errors: kCorrupt. Memory: the size of the file. REQUIRES:
// IsCgbi.
Result<std::vector<std::byte>> WithZlibFrame(Bytes file);

// As LayOverWhite, for premultiplied colors.
void LayPremultipliedOverWhite(const std::uint8_t* rgba, int count, std::uint8_t* rgb);

}  // namespace edgevlm
