#include "image/png_cgbi.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <utility>

#include "image/png_chunks.h"

namespace edgevlm {
namespace {

void AppendBytes(std::vector<std::byte>& file, Bytes bytes) {
  file.insert(file.end(), bytes.begin(), bytes.end());
}

void AppendNumber(std::vector<std::byte>& file, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    file.push_back(static_cast<std::byte>(value >> shift));
  }
}

// CRC of a chunk's name and data.
std::uint32_t Checksum(Bytes bytes) {
  return static_cast<std::uint32_t>(crc32(0, Unsigned(bytes), static_cast<unsigned>(bytes.size())));
}

constexpr std::array kZlibHeader = {std::byte{0x78}, std::byte{0x01}};  // a window of 32 KiB
constexpr std::size_t kZlibChecksumBytes = 4;

// One chunk of what was in several.
void AppendPixels(std::vector<std::byte>& file, const std::vector<std::byte>& deflated) {
  const std::size_t size = kZlibHeader.size() + deflated.size() + kZlibChecksumBytes;
  AppendNumber(file, static_cast<std::uint32_t>(size));
  const std::size_t begin = file.size();
  AppendBytes(file, std::as_bytes(std::span("IDAT", 4)));
  AppendBytes(file, kZlibHeader);
  AppendBytes(file, deflated);
  file.resize(file.size() + kZlibChecksumBytes);
  AppendNumber(file, Checksum(Bytes(file).subspan(begin)));
}

}  // namespace

bool IsCgbi(Bytes file) {
  const auto first = PngChunkAt(file, kPngSignatureBytes);
  return first && first->name == "CgBI";
}

Result<std::vector<std::byte>> WithZlibFrame(Bytes file) {
  std::vector<std::byte> framed;
  framed.reserve(file.size());
  AppendBytes(framed, file.first(kPngSignatureBytes));
  std::vector<std::byte> deflated;  // of the IDAT chunks, which are consecutive
  std::size_t at = kPngSignatureBytes;
  while (const auto chunk = PngChunkAt(file, at)) {
    at += chunk->whole.size();
    if (chunk->name == "IDAT") {
      if (Checksum(chunk->whole.subspan(4, 4 + chunk->data.size())) != chunk->checksum()) {
        return Malformed("png", "a wrong checksum of a chunk IDAT");
      }
      AppendBytes(deflated, chunk->data);
      continue;
    }
    if (!deflated.empty()) AppendPixels(framed, std::exchange(deflated, {}));
    if (chunk->name != "CgBI") AppendBytes(framed, chunk->whole);
  }
  if (!deflated.empty()) AppendPixels(framed, deflated);
  return framed;
}

void LayPremultipliedOverWhite(const std::uint8_t* rgba, int count, std::uint8_t* rgb) {
  for (int i = 0; i < count; ++i, rgba += 4, rgb += 3) {
    for (int c = 0; c < 3; ++c) {
      rgb[c] = static_cast<std::uint8_t>(std::min(rgba[c] + 255 - rgba[3], 255));
    }
  }
}

}  // namespace edgevlm
