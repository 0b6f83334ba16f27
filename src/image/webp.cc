// WebP through libwebp. Container: RFC 9649, section 2.7 (RIFF chunks, little-endian).
#include <webp/decode.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "image/formats.h"
#include "image/orient.h"

namespace edgevlm {
namespace {

constexpr char kFormat[] = "webp";
constexpr std::size_t kRiffHeaderBytes = 12;  // "RIFF", size, "WEBP"
constexpr std::size_t kChunkHeaderBytes = 8;  // name, size

std::size_t LittleEndian(Bytes file, std::size_t at) {
  std::size_t value = 0;
  for (std::size_t i = 4; i-- > 0;) value = value << 8 | std::to_integer<std::size_t>(file[at + i]);
  return value;
}

bool ChunkIs(Bytes file, std::size_t at, const char* name) {
  return std::memcmp(file.data() + at, name, 4) == 0;
}

// Bytes up to the end of the pixels; 0 if the file ends before.
std::size_t EndOfPixels(Bytes file) {
  std::size_t at = kRiffHeaderBytes;
  while (at < file.size() && file.size() - at >= kChunkHeaderBytes) {
    const std::size_t size = LittleEndian(file, at + 4);
    if (size > file.size() - at - kChunkHeaderBytes) return 0;
    const std::size_t end = at + kChunkHeaderBytes + size;
    if (ChunkIs(file, at, "VP8 ") || ChunkIs(file, at, "VP8L")) return end;
    at = end + size % 2;
  }
  return 0;
}

// The bytes that the RIFF header covers; none if the file ends within its pixels. If it ends after
// them, within metadata or before a padding byte, this is a copy up to the pixels' end with a
// corrected header, because libwebp requires as many bytes as the header announces.
class Riff {
 public:
  explicit Riff(Bytes file) {
    if (file.size() < kRiffHeaderBytes) return;
    const std::size_t size = LittleEndian(file, 4);
    if (size <= file.size() - kChunkHeaderBytes) {
      bytes_ = file.first(size + kChunkHeaderBytes);
      return;
    }
    const std::size_t end = EndOfPixels(file);
    if (end == 0) return;
    copy_.assign(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(end));
    copy_.resize(end + end % 2);
    for (std::size_t i = 0; i < 4; ++i) {
      copy_[4 + i] = static_cast<std::byte>((copy_.size() - kChunkHeaderBytes) >> (8 * i));
    }
    bytes_ = copy_;
  }
  Riff(const Riff&) = delete;
  Riff& operator=(const Riff&) = delete;

  Bytes bytes() const { return bytes_; }

 private:
  std::vector<std::byte> copy_;
  Bytes bytes_;
};

int OrientationOf(Bytes riff) {
  std::size_t at = kRiffHeaderBytes;
  while (at < riff.size() && riff.size() - at >= 8) {
    const std::size_t size = LittleEndian(riff, at + 4);
    if (size > riff.size() - at - 8) break;
    if (ChunkIs(riff, at, "EXIF")) {
      return ExifOrientation(riff.subspan(at + 8, size));
    }
    at += 8 + size + size % 2;
  }
  return 1;
}

Error Failure(VP8StatusCode status, Bytes file) {
  switch (status) {
    case VP8_STATUS_NOT_ENOUGH_DATA:
    case VP8_STATUS_SUSPENDED:
      return CutShort(kFormat, file);
    case VP8_STATUS_OUT_OF_MEMORY:
      return {ErrorCode::kTooLarge, "webp: memory: expected enough of it, found none left"};
    case VP8_STATUS_UNSUPPORTED_FEATURE:
      return {ErrorCode::kUnsupported, "webp: data: expected a known feature, found another"};
    default:
      return Malformed(kFormat, "a broken one");
  }
}

// Downscales by an integer factor, so that libwebp averages whole blocks of pixels.
void ScaleTo(int target_side, const ImageInfo& info, WebPDecoderOptions& options) {
  const int divisor = target_side > 0 ? std::max(info.width, info.height) / target_side : 1;
  if (divisor < 2) return;
  options.use_scaling = 1;
  options.scaled_width = (info.width + divisor - 1) / divisor;
  options.scaled_height = (info.height + divisor - 1) / divisor;
}

}  // namespace

Result<ImageInfo> ProbeWebp(Bytes file) {
  const Riff whole(file);
  const Bytes riff = whole.bytes();
  if (riff.empty()) return CutShort(kFormat, file);
  WebPBitstreamFeatures features;
  const VP8StatusCode status = WebPGetFeatures(Unsigned(riff), riff.size(), &features);
  if (status != VP8_STATUS_OK) return Failure(status, file);
  if (features.width < 1 || features.height < 1) return Malformed(kFormat, "an empty one");
  return ImageInfo{kFormat, features.width, features.height, OrientationOf(riff)};
}

Result<Image> DecodeWebp(const DecodeTask& task) {
  const Riff whole(task.file);
  const Bytes riff = whole.bytes();
  if (riff.empty()) return CutShort(kFormat, task.file);
  WebPDecoderConfig config;
  if (WebPInitDecoderConfig(&config) == 0) return Malformed(kFormat, "another libwebp");
  const VP8StatusCode probed = WebPGetFeatures(Unsigned(riff), riff.size(), &config.input);
  if (probed != VP8_STATUS_OK) return Failure(probed, task.file);
  if (auto error = CheckSameSize(task.info, config.input.width, config.input.height)) return *error;
  if (config.input.has_animation) {
    return Error{ErrorCode::kUnsupported, "webp: data: expected a still image, found an animation"};
  }
  ScaleTo(task.target_side, task.info, config.options);
  const bool scaled = config.options.use_scaling != 0;
  Image image(scaled ? config.options.scaled_width : task.info.width,
              scaled ? config.options.scaled_height : task.info.height);

  const bool opaque = config.input.has_alpha == 0;
  const std::size_t pixels = image.pixels.size() / 3;
  std::vector<std::uint8_t> rgba(opaque ? 0 : pixels * 4);
  config.output.is_external_memory = 1;
  config.output.colorspace = opaque ? MODE_RGB : MODE_RGBA;
  config.output.u.RGBA.rgba = opaque ? image.pixels.data() : rgba.data();
  config.output.u.RGBA.stride = image.width * (opaque ? 3 : 4);
  config.output.u.RGBA.size = opaque ? image.pixels.size() : rgba.size();
  const VP8StatusCode status = WebPDecode(Unsigned(riff), riff.size(), &config);
  WebPFreeDecBuffer(&config.output);
  if (status != VP8_STATUS_OK) return Failure(status, task.file);
  for (int y = 0; y < image.height && !opaque; ++y) {
    const auto row = static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) * 4;
    LayOverWhite(&rgba[row], image.width, image.Row(y));
  }
  return image;
}

}  // namespace edgevlm
