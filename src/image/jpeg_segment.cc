#include "image/jpeg_segment.h"

#include <cstring>

namespace edgevlm {

Segment::Segment(Bytes rest)
    : rest_(rest),
      data_(std::make_unique_for_overwrite<std::uint8_t[]>(rest.size() + kPaddingBytes)) {}

bool Segment::Next() {
  size_ = 0;
  while (rest_.size() >= 2) {
    const void* found = std::memchr(rest_.data(), 0xFF, rest_.size() - 1);
    if (found == nullptr) return false;
    auto count = static_cast<std::size_t>(static_cast<const std::byte*>(found) - rest_.data());
    const bool is_marker = rest_[count + 1] != std::byte{0};
    if (!is_marker) ++count;
    std::memcpy(data_.get() + size_, rest_.data(), count);
    size_ += count;
    rest_ = rest_.subspan(is_marker ? count : count + 1);
    if (is_marker) {
      std::memset(data_.get() + size_, 0, kPaddingBytes);
      return true;
    }
  }
  return false;
}

bool Segment::PassMarker(int code) {
  // Any number of fill bytes FF may precede a marker (T.81 B.1.1.2).
  while (rest_.size() >= 2 && rest_[1] == std::byte{0xFF}) rest_ = rest_.subspan(1);
  if (rest_.size() < 2 || std::to_integer<int>(rest_[1]) != code) return false;
  rest_ = rest_.subspan(2);
  return true;
}

}  // namespace edgevlm
