// The entropy-coded data of a JPEG as a string of bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "image/formats.h"

namespace edgevlm {

// Reads bits, the first one on top, from memory that goes on for 8 bytes behind the last bit read.
class BitReader {
 public:
  explicit BitReader(const std::uint8_t* data) : next_(data) {}

  // At least 56 bits of window() are known after it.
  void Refill() {
    std::uint64_t more = 0;
    for (int i = 0; i < 8; ++i) more = more << 8 | next_[i];
    window_ |= more >> count_;
    next_ += (63 - count_) >> 3;
    count_ |= 56;
  }
  std::uint64_t window() const { return window_; }

  // REQUIRES: bits < 32, and no more since Refill() than it made known.
  void Skip(int bits) {
    window_ <<= bits;
    count_ -= bits;
  }

  // The next bits as a number. REQUIRES: 1 <= bits, otherwise as Skip().
  int Take(int bits) {
    const auto value = static_cast<int>(window_ >> (64 - bits));
    Skip(bits);
    return value;
  }

  std::ptrdiff_t BitsSince(const std::uint8_t* data) const { return (next_ - data) * 8 - count_; }

 private:
  const std::uint8_t* next_;
  std::uint64_t window_ = 0;
  int count_ = 0;  // bits of window_ that are known and not yet part of *next_
};

// One entropy-coded segment: the data up to a restart or the end, without the zero byte that
// follows every FF of the data (T.81 B.1.1.5), with zeros behind it.
class Segment {
 public:
  static constexpr std::size_t kPaddingBytes = 512;

  // For the segments of what is left of a file, from the first one on.
  explicit Segment(Bytes rest);

  // Reads the next segment; false if the file ends inside it.
  bool Next();
  // Passes over the marker after the segment; false if it is not the one of this code.
  bool PassMarker(int code);

  const std::uint8_t* data() const { return data_.get(); }
  std::size_t size() const { return size_; }

 private:
  Bytes rest_;
  std::unique_ptr<std::uint8_t[]> data_;
  std::size_t size_ = 0;
};

}  // namespace edgevlm
