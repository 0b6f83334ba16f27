#include "edgevlm/probe.h"

#include <utility>

#include "image/decode.h"

namespace edgevlm {
namespace {

// From this EXIF orientation on, width and height are swapped.
constexpr int kFirstOnItsSide = 5;

}  // namespace

Result<ImageFileInfo> ProbeImage(std::span<const std::byte> file) {
  const Result<ImageInfo> image = Probe(file);
  if (!image) return image.error();
  ImageFileInfo info = {.format = image->format, .width = image->width, .height = image->height};
  if (image->orientation >= kFirstOnItsSide) std::swap(info.width, info.height);
  return info;
}

}  // namespace edgevlm
