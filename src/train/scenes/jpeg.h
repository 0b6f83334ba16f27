// Adds JPEG artifacts to an image.
#pragma once

#include "image/image.h"

namespace edgevlm::train {

// Compresses and decompresses the image in place. quality: 1 to 100. subsampled: color
// at half the resolution (4:2:0). REQUIRES: width and height in [1, 65500].
void ThroughJpeg(int quality, bool subsampled, Image& image);

}  // namespace edgevlm::train
