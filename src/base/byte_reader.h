// ByteReader: the one way in which EdgeVLM reads bytes that come from outside.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

namespace edgevlm {

static_assert(std::endian::native == std::endian::little, "EdgeVLM reads files without swapping");

// Walks over little-endian bytes that it does not own; what it hands out are views of them.
//
// Failure is sticky: once a read asks for more than is left, ok() is false for good and every later
// read gives zeros or nothing and moves no further. So a parser reads a whole section and asks
// once. Never allocates. O(1) per read.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  std::size_t position() const { return position_; }
  std::size_t remaining() const { return bytes_.size() - position_; }

  // The next value, at any alignment; zero when too few bytes are left.
  template <class T>
  T Get() {
    static_assert(std::is_arithmetic_v<T> && !std::is_same_v<T, bool>);
    std::array<std::byte, sizeof(T)> raw{};
    const auto taken = Take(sizeof(T));
    if (!taken.empty()) std::memcpy(raw.data(), taken.data(), sizeof(T));
    return std::bit_cast<T>(raw);
  }

  // The next `count` bytes; empty when fewer are left.
  std::span<const std::byte> Take(std::uint64_t count) {
    if (!ok_ || count > remaining()) {
      ok_ = false;
      return {};
    }
    const auto taken = bytes_.subspan(position_, static_cast<std::size_t>(count));
    position_ += taken.size();
    return taken;
  }

  // The next `count` bytes as text, unchecked; empty when fewer are left.
  std::string_view Text(std::uint64_t count) {
    const auto taken = Take(count);
    return {reinterpret_cast<const char*>(taken.data()), taken.size()};
  }

 private:
  std::span<const std::byte> bytes_;
  std::size_t position_ = 0;
  bool ok_ = true;
};

}  // namespace edgevlm
