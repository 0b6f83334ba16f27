// ByteWriter: writes values and arrays one after the other, as ByteReader reads them.
#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

namespace edgevlm {

// Appends to bytes that the caller owns; little-endian, no padding.
class ByteWriter {
 public:
  explicit ByteWriter(std::vector<std::byte>& bytes) : bytes_(bytes) {}

  template <class T>
  void Put(T value) {
    static_assert(std::is_arithmetic_v<T> && !std::is_same_v<T, bool>);
    Put(std::as_bytes(std::span(&value, 1)));
  }
  void Put(std::span<const std::byte> bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }

 private:
  std::vector<std::byte>& bytes_;
};

}  // namespace edgevlm
