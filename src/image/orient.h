// EXIF orientation: reads it, and rotates images upright.
//
// Source: CIPA DC-008-2019 (Exif 2.32), 4.6.4 A, tag Orientation; TIFF 6.0, section 2.
#pragma once

#include <cstddef>
#include <span>

#include "image/image.h"

namespace edgevlm {

// Orientation (1..8) from an EXIF block: a TIFF header and its first directory, with or without
// "Exif\0\0" before it. The value may be a SHORT, LONG or BYTE in either byte order. Returns 1
// (upright) if it is missing, corrupt or out of range.
int ExifOrientation(std::span<const std::byte> exif);

// The stored image, made upright. REQUIRES: orientation in 1..8.
// 1 as is; 2 mirrored left to right; 3 rotated by 180 degrees; 4 mirrored top to bottom;
// 5 transposed; 6 rotated clockwise by 90 degrees; 7 transposed over the other diagonal;
// 8 rotated counterclockwise by 90 degrees.
Image Upright(const Image& stored, int orientation);

}  // namespace edgevlm
