#include "train/scenes/jpeg.h"

#include "base/check.h"
#include "image/decode.h"
#include "image/write.h"

namespace edgevlm::train {

void ThroughJpeg(int quality, bool subsampled, Image& image) {
  const JpegChroma chroma = subsampled ? JpegChroma::kHalf : JpegChroma::kFull;
  Result<Image> decoded = Decode(EncodeJpeg(image, quality, chroma), DecodeLimits());
  CHECK(decoded.ok());  // we compressed it ourselves
  image = *std::move(decoded);
}

}  // namespace edgevlm::train
