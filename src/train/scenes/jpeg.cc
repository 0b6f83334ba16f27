#include "train/scenes/jpeg.h"

#include "base/check.h"
#include "image/decode.h"
#include "image/write.h"

namespace edgevlm::train {

void ThroughJpeg(int quality, bool subsampled, Image& image) {
  const JpegChroma chroma = subsampled ? JpegChroma::kHalf : JpegChroma::kFull;
  Result<Image> seen = Decode(EncodeJpeg(image, quality, chroma), DecodeLimits());
  CHECK(seen.ok());  // only what we have compressed ourselves
  image = *std::move(seen);
}

}  // namespace edgevlm::train
