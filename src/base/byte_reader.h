// ByteReader: a bounds-checked cursor over untrusted bytes. All parsers of binary formats use it.
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

// Reads little-endian bytes that the caller owns, and returns views of them.
//
// Failure is sticky: once a read asks for more than remains, ok() stays false, and every later read
// returns zeros or nothing without advancing. A parser therefore reads a whole section and checks
// ok() once. Never allocates. O(1) per read.
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
    const auto bytes = ReadBytes(sizeof(T));
    if (!bytes.empty()) std::memcpy(raw.data(), bytes.data(), sizeof(T));
    return std::bit_cast<T>(raw);
  }

  // The next `count` bytes; empty when fewer are left.
  std::span<const std::byte> ReadBytes(std::uint64_t count) {
    if (!ok_ || count > remaining()) {
      ok_ = false;
      return {};
    }
    const auto bytes = bytes_.subspan(position_, static_cast<std::size_t>(count));
    position_ += bytes.size();
    return bytes;
  }

  // The next `count` bytes as text, unchecked; empty when fewer are left.
  std::string_view Text(std::uint64_t count) {
    const auto bytes = ReadBytes(count);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

 private:
  std::span<const std::byte> bytes_;
  std::size_t position_ = 0;
  bool ok_ = true;
};

}  // namespace edgevlm
