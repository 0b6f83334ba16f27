#include "native/pixels.h"

#include <string>

#include "image/decode.h"

namespace edgevlm::python {
namespace {

// "float32 [480, 640, 3]".
std::string Describe(const py::buffer& buffer, const py::buffer_info& info) {
  std::string text = py::hasattr(buffer, "dtype") ? std::string(py::str(buffer.attr("dtype")))
                                                  : "format " + info.format;
  text += " [";
  for (std::size_t i = 0; i < info.shape.size(); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(info.shape[i]);
  }
  return text + "]";
}

std::uint8_t OverWhite(std::uint8_t value, int opacity) {
  return static_cast<std::uint8_t>((value * opacity + 255 * (255 - opacity) + 127) / 255);
}

}  // namespace

PixelBuffer::PixelBuffer(const py::buffer& buffer) : info_(buffer.request()) {
  const bool has_channels = info_.ndim == 3;
  const std::int64_t channels = has_channels ? info_.shape[2] : 1;
  const bool is_image =
      (info_.ndim == 2 || has_channels) && (channels == 1 || channels == 3 || channels == 4);
  if (info_.format != "B" || !is_image) {
    Raise("InvalidError", "image: expected a uint8 array [H, W, 3], [H, W, 4] or [H, W], found " +
                              Describe(buffer, info_));
  }
  const DecodeLimits limits;
  const std::int64_t height = info_.shape[0];
  const std::int64_t width = info_.shape[1];
  if (height < 1 || width < 1) {
    Raise("InvalidError", "image: expected sides of at least 1, found " + Describe(buffer, info_));
  }
  if (height > limits.side || width > limits.side || height * width > limits.pixels) {
    Raise("TooLargeError", "image: expected at most " + std::to_string(limits.pixels) +
                               " pixels, " + std::to_string(limits.side) + " a side, found " +
                               Describe(buffer, info_));
  }
  height_ = static_cast<int>(height);
  width_ = static_cast<int>(width);
  channels_ = static_cast<int>(channels);
}

bool PixelBuffer::IsPackedRgb() const {
  return channels_ == 3 && Stride(2) == 1 && Stride(1) == 3 && Stride(0) == 3 * width_;
}

PixelsView PixelBuffer::View() {
  const auto* const first = static_cast<const std::uint8_t*>(info_.ptr);
  const std::size_t size =
      std::size_t{3} * static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_);
  if (IsPackedRgb()) return {width_, height_, {first, size}};
  copy_.resize(size);
  // Gray has one channel, which all three colors read.
  const std::int64_t channel_stride = channels_ == 1 ? 0 : Stride(2);
  std::uint8_t* to = copy_.data();
  for (int y = 0; y < height_; ++y) {
    for (int x = 0; x < width_; ++x) {
      const std::uint8_t* const pixel = first + y * Stride(0) + x * Stride(1);
      const int opacity = channels_ == 4 ? pixel[3 * channel_stride] : 255;
      for (int c = 0; c < 3; ++c) *to++ = OverWhite(pixel[c * channel_stride], opacity);
    }
  }
  return {width_, height_, copy_};
}

}  // namespace edgevlm::python
