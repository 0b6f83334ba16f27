// PNG as Xcode rewrites the images of iPhone apps, known by its first chunk, CgBI: pixel data
// without zlib's header and checksum, blue before green before red, colors multiplied by their
// opacity. Nobody specifies it; https://theapplewiki.com/wiki/PNG_CgBI_Format describes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "image/formats.h"

namespace edgevlm {

// file: a PNG, or the beginning of one.
bool IsCgbi(Bytes file);

// The file as libpng reads it: without the chunk CgBI, and with a zlib header. zlib's checksum is
// four zeros, not to be looked at; those of the chunks have been checked, and are right again.
// The pixels are as they were. Errors: kCorrupt. Memory: the size of the file. REQUIRES: IsCgbi.
Result<std::vector<std::byte>> WithZlibFrame(Bytes file);

// As LayOverWhite, for colors that are multiplied by their opacity already.
void LayPremultipliedOverWhite(const std::uint8_t* rgba, int count, std::uint8_t* rgb);

}  // namespace edgevlm
