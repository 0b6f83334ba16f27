// BitReader and Segment: the entropy-coded data of a JPEG, bit by bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "image/formats.h"

namespace edgevlm {

// Reads bits, most significant first. The memory must extend 8 bytes beyond the last bit read.
class BitReader {
 public:
  explicit BitReader(const std::uint8_t* data) : next_(data) {}

  // Afterwards window() holds at least 56 valid bits.
  void Refill() {
    std::uint64_t more = 0;
    for (int i = 0; i < 8; ++i) more = more << 8 | next_[i];
    window_ |= more >> count_;
    next_ += (63 - count_) >> 3;
    count_ |= 56;
  }
  std::uint64_t window() const { return window_; }

  // REQUIRES: bits < 32, and within the valid bits of window().
  void Skip(int bits) {
    window_ <<= bits;
    count_ -= bits;
  }

  // The next bits as a number. REQUIRES: bits >= 1, and as Skip().
  int ReadBits(int bits) {
    const auto value = static_cast<int>(window_ >> (64 - bits));
    Skip(bits);
    return value;
  }

  std::ptrdiff_t BitsSince(const std::uint8_t* data) const { return (next_ - data) * 8 - count_; }

 private:
  const std::uint8_t* next_;
  std::uint64_t window_ = 0;
  int count_ = 0;  // valid bits of window_ that precede *next_
};

// One entropy-coded segment: the data up to a restart or the end, without the stuffed zero bytes
// after FF (T.81 B.1.1.5), padded with zeros.
class Segment {
 public:
  static constexpr std::size_t kPaddingBytes = 512;

  // rest: the file from its first segment on.
  explicit Segment(Bytes rest);

  // Reads the next segment; false if the file ends inside it.
  bool Next();
  // Skips the marker after the segment; false if it has another code.
  bool PassMarker(int code);

  const std::uint8_t* data() const { return data_.get(); }
  std::size_t size() const { return size_; }

 private:
  Bytes rest_;
  std::unique_ptr<std::uint8_t[]> data_;
  std::size_t size_ = 0;
};

}  // namespace edgevlm
