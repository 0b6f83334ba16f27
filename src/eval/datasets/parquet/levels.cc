#include "eval/datasets/parquet/levels.h"

#include <algorithm>

#include "base/check.h"
#include "eval/datasets/parquet/thrift.h"

namespace edgevlm {
namespace {

constexpr std::size_t kGroup = 8;  // bit-packed numbers come in groups of this many

// Appends up to `count` numbers, the lowest bits first.
void Unpack(std::span<const std::byte> bytes, int width, std::size_t count,
            std::vector<std::uint32_t>& values) {
  std::uint64_t bits = 0;
  int available = 0;
  std::size_t next = 0;
  const std::uint64_t mask = (std::uint64_t{1} << width) - 1;
  for (std::size_t i = 0; i < count; ++i) {
    while (available < width) {
      bits |= std::to_integer<std::uint64_t>(bytes[next++]) << available;
      available += 8;
    }
    values.push_back(static_cast<std::uint32_t>(bits & mask));
    bits >>= width;
    available -= width;
  }
}

}  // namespace

bool ReadParquetLevels(ByteReader& bytes, int width, std::size_t count,
                       std::vector<std::uint32_t>& values) {
  CHECK(0 <= width && width <= 32);
  values.clear();
  while (values.size() < count) {
    const std::size_t missing = count - values.size();
    std::uint64_t header = 0;
    if (!ReadVarint(bytes, header)) return false;
    const std::uint64_t length = header >> 1;
    if (length == 0) return false;
    if ((header & 1) == 0) {
      std::uint32_t value = 0;
      for (int shift = 0; shift < width; shift += 8) {
        value |= std::uint32_t{bytes.Get<std::uint8_t>()} << shift;
      }
      if (!bytes.ok() || (width < 32 && value >> width != 0)) return false;
      const std::uint64_t run = std::min<std::uint64_t>(length, missing);
      values.insert(values.end(), static_cast<std::size_t>(run), value);
      continue;
    }
    // A group of eight takes `width` bytes.
    if (width > 0 && length > bytes.remaining() / static_cast<std::size_t>(width)) return false;
    const auto packed = bytes.ReadBytes(length * static_cast<std::uint64_t>(width));
    const std::uint64_t run = std::min<std::uint64_t>(length, missing / kGroup + 1) * kGroup;
    Unpack(packed, width, std::min(static_cast<std::size_t>(run), missing), values);
  }
  return true;
}

}  // namespace edgevlm
