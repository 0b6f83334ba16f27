#include "image/formats.h"

namespace edgevlm {

Error CutShort(const char* format, Bytes file) {
  return {ErrorCode::kCorrupt, std::string(format) + ": data: expected a whole file, found its " +
                                   "end after " + std::to_string(file.size()) + " bytes"};
}

Error Malformed(const char* format, const std::string& what) {
  return {ErrorCode::kCorrupt,
          std::string(format) + ": data: expected a valid image, found " + what};
}

MaybeError CheckSameSize(const ImageInfo& info, std::int64_t width, std::int64_t height) {
  if (info.width == width && info.height == height) return std::nullopt;
  return Error{ErrorCode::kCorrupt, std::string(info.format) + ": width x height: expected " +
                                        std::to_string(info.width) + " x " +
                                        std::to_string(info.height) + ", found " +
                                        std::to_string(width) + " x " + std::to_string(height)};
}

void LayOverWhite(const std::uint8_t* rgba, int count, std::uint8_t* rgb) {
  for (int i = 0; i < count; ++i, rgba += 4, rgb += 3) {
    const int opacity = rgba[3];
    for (int c = 0; c < 3; ++c) {
      const int sum = rgba[c] * opacity + 255 * (255 - opacity);
      rgb[c] = static_cast<std::uint8_t>((sum + 127) / 255);
    }
  }
}

}  // namespace edgevlm
