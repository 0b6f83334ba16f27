#include <algorithm>
#include <cstdint>

#include "image/orient.h"

namespace edgevlm {
namespace {

constexpr int kOrientationTag = 0x0112;

// Bytes of TIFF's integer types; 0 for other types.
constexpr int NumberBytes(std::int64_t type) {
  constexpr int kByte = 1, kShort = 3, kLong = 4;
  if (type == kByte) return 1;
  if (type == kShort) return 2;
  return type == kLong ? 4 : 0;
}

// Reads integers at offsets of a TIFF block, in the byte order of the block; -1 past its end.
class Tiff {
 public:
  explicit Tiff(std::span<const std::byte> bytes) : bytes_(bytes) {
    big_endian_ = !bytes.empty() && bytes[0] == std::byte{'M'};
  }

  std::int64_t Get(std::int64_t at, int width) const {
    if (at < 0 || at + width > static_cast<std::int64_t>(bytes_.size())) return -1;
    std::int64_t value = 0;
    for (int i = 0; i < width; ++i) {
      const std::int64_t index = big_endian_ ? at + i : at + width - 1 - i;
      value = value * 256 + std::to_integer<int>(bytes_[static_cast<std::size_t>(index)]);
    }
    return value;
  }

 private:
  std::span<const std::byte> bytes_;
  bool big_endian_;
};

}  // namespace

int ExifOrientation(std::span<const std::byte> exif) {
  static constexpr std::byte kPrefix[] = {std::byte{'E'}, std::byte{'x'}, std::byte{'i'},
                                          std::byte{'f'}, std::byte{0},   std::byte{0}};
  if (exif.size() >= 6 && std::equal(std::begin(kPrefix), std::end(kPrefix), exif.begin())) {
    exif = exif.subspan(6);
  }
  if (exif.size() < 8 || exif[0] != exif[1] ||
      (exif[0] != std::byte{'I'} && exif[0] != std::byte{'M'})) {
    return 1;
  }
  const Tiff tiff(exif);
  if (tiff.Get(2, 2) != 42) return 1;
  const std::int64_t directory = tiff.Get(4, 4);
  const std::int64_t entries = tiff.Get(directory, 2);
  for (std::int64_t i = 0; i < entries; ++i) {
    const std::int64_t entry = directory + 2 + i * 12;
    if (tiff.Get(entry, 2) != kOrientationTag) continue;
    // The standard requires SHORT; phones and editors also write the other types. The value is
    // left-aligned in its four bytes.
    const int bytes = tiff.Get(entry + 4, 4) == 1 ? NumberBytes(tiff.Get(entry + 2, 2)) : 0;
    const std::int64_t value = bytes > 0 ? tiff.Get(entry + 8, bytes) : 0;
    return 1 <= value && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

}  // namespace edgevlm
