// Decodes a baseline JPEG at 1/8 scale, where a pixel is the mean of a block (its DC coefficient).
#pragma once

#include <optional>

#include "image/formats.h"
#include "image/image.h"
#include "image/libjpeg.h"

namespace edgevlm {

// Gives the same pixels as libjpeg at this scale, several times faster: for most blocks only the DC
// coefficient is decoded, and the AC coefficients are skipped, several at a time.
//
// state: as left by jpeg_read_header, with the whole file in memory and the output dimensions
// calculated. It is only read, so libjpeg can continue from it.
// Supports the common case: sequential 8-bit Huffman coding (ITU-T T.81, SOF0 and SOF1), gray or
// YCbCr, chroma at full or half resolution, one scan, with or without restarts, intact up to the
// end marker. None for other files, corrupt ones and other scales: libjpeg then decodes or rejects
// them. Memory: the size of the file and of the result. Cost: about 5 ns per byte of the file.
std::optional<Image> DecodeMeans(const jpeg_decompress_struct& state);

}  // namespace edgevlm
