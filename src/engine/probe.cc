#include "edgevlm/probe.h"

#include <utility>

#include "image/decode.h"

namespace edgevlm {
namespace {

// From this EXIF orientation on, the picture lies on its side.
constexpr int kFirstOnItsSide = 5;

}  // namespace

Result<ImageFileInfo> ProbeImage(std::span<const std::byte> file) {
  const Result<PictureInfo> picture = Probe(file);
  if (!picture) return picture.error();
  ImageFileInfo info = {
      .format = picture->format, .width = picture->width, .height = picture->height};
  if (picture->orientation >= kFirstOnItsSide) std::swap(info.width, info.height);
  return info;
}

}  // namespace edgevlm
