#include "image/jpeg_scans.h"

#include <cstdint>
#include <cstring>

namespace edgevlm {
namespace {

using Bytes = std::span<const std::byte>;

constexpr int kStart = 0xD8;
constexpr int kEnd = 0xD9;
constexpr int kScan = 0xDA;

int At(Bytes file, std::size_t position) { return std::to_integer<int>(file[position]); }

bool IsRestart(int code) { return 0xD0 <= code && code <= 0xD7; }

// The offset of the next marker's FF, at `position` or later; the size of the file if there is
// none. FF 00 is a byte of data, and FF FF a marker that starts one byte later.
std::size_t NextMarker(Bytes file, std::size_t position) {
  while (position + 1 < file.size()) {
    const void* found = std::memchr(file.data() + position, 0xFF, file.size() - 1 - position);
    if (found == nullptr) break;
    position = static_cast<std::size_t>(static_cast<const std::byte*>(found) - file.data());
    const int code = At(file, position + 1);
    if (code != 0x00 && code != 0xFF && !IsRestart(code)) return position;
    ++position;
  }
  return file.size();
}

// segment: from the scan's marker to the end of its header.
bool IsDetail(Bytes segment, const MeansOnly& means_only) {
  constexpr std::size_t kOneComponentBytes = 2 + 8;  // marker, header of a scan of one component
  if (segment.size() != kOneComponentBytes || At(segment, 4) != 1) return false;
  const int component = At(segment, 5);
  const int first_coefficient = At(segment, 7);
  return first_coefficient > 0 && means_only[static_cast<std::size_t>(component)];
}

}  // namespace

std::vector<std::byte> WithoutDetailScans(Bytes file, const MeansOnly& means_only) {
  std::vector<std::byte> kept;
  const auto keep = [&](std::size_t begin, std::size_t end) {
    const Bytes part = file.subspan(begin, end - begin);
    kept.insert(kept.end(), part.begin(), part.end());
  };
  std::size_t position = 0;
  while ((position = NextMarker(file, position)) < file.size()) {
    const int code = At(file, position + 1);
    std::size_t end = position + 2;
    if (code == kStart || code == kEnd) {
      keep(position, end);
      if (code == kEnd) return kept;
      position = end;
      continue;
    }
    if (file.size() - end < 2) break;
    const int length = At(file, end) * 256 + At(file, end + 1);
    if (length < 2 || static_cast<std::size_t>(length) > file.size() - end) break;
    end += static_cast<std::size_t>(length);
    const Bytes segment = file.subspan(position, end - position);
    if (code == kScan) end = NextMarker(file, end);
    if (code != kScan || !IsDetail(segment, means_only)) keep(position, end);
    position = end;
  }
  return {};
}

}  // namespace edgevlm
