// The EXIF orientation: reading it, and turning an image upright by it.
//
// Source: CIPA DC-008-2019 (Exif 2.32), 4.6.4 A, tag Orientation; TIFF 6.0, section 2.
#pragma once

#include <cstddef>
#include <span>

#include "image/image.h"

namespace edgevlm {

// Orientation (1..8) from an EXIF block: a TIFF header and its first directory, with or without
// "Exif\0\0" before it. Stored as one SHORT, LONG or BYTE in either byte order. 1, which means
// upright, for anything missing, broken or out of range.
int ExifOrientation(std::span<const std::byte> exif);

// The stored image as it should be looked at. REQUIRES: orientation in 1..8.
// 1 as is; 2 mirrored left to right; 3 turned by 180 degrees; 4 mirrored top to bottom;
// 5 transposed; 6 turned clockwise by 90 degrees; 7 transposed over the other diagonal;
// 8 turned anticlockwise by 90 degrees.
Image Upright(const Image& stored, int orientation);

}  // namespace edgevlm
