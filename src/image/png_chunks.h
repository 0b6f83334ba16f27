// The chunks of a PNG file (PNG specification, third edition, 5.3).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "image/formats.h"

namespace edgevlm {

inline constexpr std::size_t kPngSignatureBytes = 8;

// REQUIRES: four bytes from `at` on.
inline std::uint32_t PngNumber(Bytes bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value = value << 8 | std::to_integer<std::uint32_t>(bytes[at + i]);
  }
  return value;
}

struct PngChunk {
  std::string_view name;  // four letters
  Bytes data;
  Bytes whole;  // length, name, data, checksum

  std::uint32_t checksum() const { return PngNumber(whole, whole.size() - 4); }
};

// The chunk at offset `at`; none if the file ends within it. The checksum is not verified.
inline std::optional<PngChunk> PngChunkAt(Bytes file, std::size_t at) {
  constexpr std::size_t kFrameBytes = 12;
  if (at > file.size() || file.size() - at < kFrameBytes) return std::nullopt;
  const Bytes rest = file.subspan(at);
  const std::size_t length = PngNumber(rest, 0);
  if (length > rest.size() - kFrameBytes) return std::nullopt;
  return PngChunk{.name = {reinterpret_cast<const char*>(rest.data()) + 4, 4},
                  .data = rest.subspan(8, length),
                  .whole = rest.first(length + kFrameBytes)};
}

}  // namespace edgevlm
