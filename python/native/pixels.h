// PixelBuffer: the pixels of a Python object with the buffer protocol, such as a NumPy array.
#pragma once

#include <cstdint>
#include <vector>

#include "edgevlm/edgevlm.h"
#include "native/errors.h"

namespace edgevlm::python {

// Values are 8 bits, unsigned; shapes: [H, W, 3] red first, [H, W, 4] with opacity, which is laid
// over white as in image files, [H, W] and [H, W, 1] gray. Any strides.
// Threads: created and destroyed with the GIL.
class PixelBuffer {
 public:
  // Raises InvalidError for another shape or type, TooLargeError for more pixels than an image may
  // have.
  explicit PixelBuffer(const py::buffer& buffer);

  // Views the object where it has [H, W, 3] without gaps, else a copy that this makes. Needs no
  // GIL.
  PixelsView View();

 private:
  bool IsPackedRgb() const;
  std::int64_t Stride(std::size_t dimension) const { return info_.strides[dimension]; }

  py::buffer_info info_;
  int height_ = 0;
  int width_ = 0;
  int channels_ = 1;
  std::vector<std::uint8_t> copy_;
};

}  // namespace edgevlm::python
