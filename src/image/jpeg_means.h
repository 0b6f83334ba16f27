// A baseline JPEG at an eighth of its size, where a pixel is the mean of a block.
#pragma once

#include <optional>

#include "image/formats.h"
#include "image/image.h"
#include "image/libjpeg.h"

namespace edgevlm {

// The pixels that libjpeg gives at this scale, several times sooner: of most blocks only the mean
// (the DC coefficient) is decoded and the rest passed over, several coefficients at a time.
//
// state: as jpeg_read_header leaves it with all of the file in memory, its output dimensions
// calculated. Only read; libjpeg can go on from it afterwards.
// Takes the common kind alone: sequential Huffman coding of 8 bits (ITU-T T.81, SOF0 and SOF1),
// gray or YCbCr, colors at full or half density, one scan, with or without restarts, intact up to
// the end mark. Nothing for any other kind of file, for a broken one, or for another scale; that is
// for libjpeg to decode or to refuse.
// Memory: the size of the file and of the result. Cost: about 5 ns per byte of file.
std::optional<Image> DecodeMeans(const jpeg_decompress_struct& state);

}  // namespace edgevlm
