#include <algorithm>
#include <array>
#include <string_view>

#include "video/video_source.h"

namespace edgevlm {
namespace {

constexpr std::size_t kBoxNameAt = 4;   // of MP4: a size, then a name
constexpr std::size_t kTsPacket = 188;  // of an MPEG transport stream

bool HasAt(std::string_view file, std::size_t at, std::string_view text) {
  return file.size() >= at + text.size() && file.substr(at, text.size()) == text;
}

// AVIF and HEIC images, and sounds (M4A, M4B), are MP4 files by their form.
bool IsMp4(std::string_view file) {
  constexpr std::array<std::string_view, 8> kOtherBrands = {"avif", "avis", "heic", "heix",
                                                            "mif1", "msf1", "M4A ", "M4B "};
  constexpr std::array<std::string_view, 6> kBoxes = {"moov", "mdat", "wide",
                                                      "skip", "pnot", "free"};
  if (HasAt(file, kBoxNameAt, "ftyp")) {
    return std::ranges::none_of(
        kOtherBrands, [&](std::string_view brand) { return HasAt(file, kBoxNameAt + 4, brand); });
  }
  return std::ranges::any_of(kBoxes,
                             [&](std::string_view box) { return HasAt(file, kBoxNameAt, box); });
}

// Ogg files of Vorbis, Opus or FLAC alone are sounds.
bool IsTheora(std::string_view file) {
  constexpr std::size_t kFirstPacketAt = 28;
  return HasAt(file, 0, "OggS") && HasAt(file, kFirstPacketAt, "\x80theora");
}

bool IsAnimatedWebp(std::string_view file) {
  constexpr std::size_t kFlagsAt = 20;
  constexpr unsigned char kAnimation = 0x02;
  return HasAt(file, 0, "RIFF") && HasAt(file, 8, "WEBPVP8X") && file.size() > kFlagsAt &&
         (static_cast<unsigned char>(file[kFlagsAt]) & kAnimation) != 0;
}

}  // namespace

bool IsVideo(std::span<const std::byte> bytes) {
  const std::string_view file(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  constexpr std::array<std::string_view, 6> kBegins = {
      "\x1A\x45\xDF\xA3",  // Matroska, WebM
      "GIF87a",
      "GIF89a",
      "FLV\x01",
      {"\x00\x00\x01\xBA", 4},              // MPEG program stream
      "\x30\x26\xB2\x75\x8E\x66\xCF\x11"};  // ASF
  const bool is_stream = HasAt(file, 0, "G") && HasAt(file, kTsPacket, "G");
  return std::ranges::any_of(kBegins,
                             [&](std::string_view begin) { return HasAt(file, 0, begin); }) ||
         IsMp4(file) || IsTheora(file) || IsAnimatedWebp(file) || is_stream ||
         (HasAt(file, 0, "RIFF") && HasAt(file, 8, "AVI "));
}

}  // namespace edgevlm
