#include "video/camera/camera.h"

#include <linux/videodev2.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "image/decode.h"

namespace edgevlm {
namespace {

constexpr std::uint32_t kWidth = 1280, kHeight = 720;
// One is read, one is filled, and two wait; the driver leaves out what comes meanwhile.
constexpr std::uint32_t kBuffers = 4;
constexpr int kWaitMs = 200;

Error SystemError(const std::string& expected, int number) {
  return {ErrorCode::kIo,
          "expected " + expected + ", found: " + std::generic_category().message(number)};
}

v4l2_buffer NewBuffer(std::uint32_t index) {
  v4l2_buffer buffer = {};
  buffer.index = index;
  buffer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  buffer.memory = V4L2_MEMORY_MMAP;
  return buffer;
}

std::uint8_t ToByte(double value) {
  constexpr double kMost = 255;
  return static_cast<std::uint8_t>(std::clamp(value + 0.5, 0.0, kMost));
}

// ITU-R BT.601 with luma from 16 to 235, as cameras mean it unless they say otherwise.
void WritePixel(double y, double u, double v, std::uint8_t* rgb) {
  const double luma = 255.0 / 219 * (y - 16);
  u = 255.0 / 224 * (u - 128);
  v = 255.0 / 224 * (v - 128);
  rgb[0] = ToByte(luma + 1.402 * v);
  rgb[1] = ToByte(luma - 0.344136 * u - 0.714136 * v);
  rgb[2] = ToByte(luma + 1.772 * u);
}

// Two pixels in four bytes: Y U Y V.
Image FromYuyv(std::span<const std::byte> bytes, int width, int height, std::size_t row_bytes) {
  Image image;
  image.width = width;
  image.height = height;
  image.pixels.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  std::uint8_t* rgb = image.pixels.data();
  for (int row = 0; row < height; ++row) {
    const auto* const line = reinterpret_cast<const std::uint8_t*>(bytes.data()) +
                             static_cast<std::size_t>(row) * row_bytes;
    for (int x = 0; x < width; ++x, rgb += 3) {
      const std::uint8_t* const pair = line + std::ptrdiff_t{x / 2} * 4;
      WritePixel(pair[x % 2 == 0 ? 0 : 2], pair[1], pair[3], rgb);
    }
  }
  return image;
}

}  // namespace

Result<std::unique_ptr<Camera>> Camera::Start(std::unique_ptr<CameraDevice> device) {
  std::unique_ptr<Camera> camera(new Camera(std::move(device)));
  if (auto error = camera->Begin()) return *error;
  return camera;
}

Camera::~Camera() {
  int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  if (has_started_) device_->Control(VIDIOC_STREAMOFF, &type);
}

MaybeError Camera::Begin() {
  v4l2_capability facts = {};
  const int failed = device_->Control(VIDIOC_QUERYCAP, &facts);
  const std::uint32_t can =
      (facts.capabilities & V4L2_CAP_DEVICE_CAPS) != 0 ? facts.device_caps : facts.capabilities;
  constexpr std::uint32_t kNeeded = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
  if (failed != 0 || (can & kNeeded) != kNeeded) {
    return Error{ErrorCode::kUnsupported, "expected a camera, found another device"};
  }
  if (auto error = ChooseForm()) return error;
  if (auto error = MapBuffers()) return error;
  int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  if (const int number = device_->Control(VIDIOC_STREAMON, &type); number != 0) {
    return SystemError("a camera that starts", number);
  }
  has_started_ = true;
  return std::nullopt;
}

MaybeError Camera::ChooseForm() {
  for (const std::uint32_t form : {V4L2_PIX_FMT_MJPEG, V4L2_PIX_FMT_YUYV}) {
    v4l2_format format = {};
    format.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    format.fmt.pix.width = kWidth;
    format.fmt.pix.height = kHeight;
    format.fmt.pix.pixelformat = form;
    format.fmt.pix.field = V4L2_FIELD_ANY;
    const int number = device_->Control(VIDIOC_S_FMT, &format);
    if (number != 0 && number != EINVAL) return SystemError("a camera that is free", number);
    // The driver may answer with another form and size.
    if (number != 0 || format.fmt.pix.pixelformat != form) continue;
    const std::uint32_t width = format.fmt.pix.width, height = format.fmt.pix.height;
    if (width < 1 || height < 1 || width > VideoLimits::kSide || height > VideoLimits::kSide ||
        std::int64_t{width} * height > VideoLimits::kPixels) {
      return Error{ErrorCode::kTooLarge, "expected frames of at most 8192 x 4320 pixels, found " +
                                             std::to_string(width) + " x " +
                                             std::to_string(height)};
    }
    width_ = static_cast<int>(width);
    height_ = static_cast<int>(height);
    is_mjpeg_ = form == V4L2_PIX_FMT_MJPEG;
    row_bytes_ =
        std::max<std::size_t>(format.fmt.pix.bytesperline, std::size_t{4} * ((width + 1) / 2));
    return std::nullopt;
  }
  return Error{ErrorCode::kUnsupported,
               "expected a camera that sends MJPEG or YUYV, found other forms"};
}

MaybeError Camera::MapBuffers() {
  v4l2_requestbuffers wanted = {};
  wanted.count = kBuffers;
  wanted.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  wanted.memory = V4L2_MEMORY_MMAP;
  if (const int number = device_->Control(VIDIOC_REQBUFS, &wanted); number != 0) {
    return SystemError("a camera that is free", number);
  }
  if (wanted.count < 2) return SystemError("two buffers of the camera", ENOMEM);
  for (std::uint32_t i = 0; i < std::min(wanted.count, kBuffers); ++i) {
    v4l2_buffer buffer = NewBuffer(i);
    if (const int number = device_->Control(VIDIOC_QUERYBUF, &buffer); number != 0) {
      return SystemError("the camera's buffers", number);
    }
    buffers_.push_back(device_->Map(buffer.length, buffer.m.offset));
    if (buffers_.back().empty()) return SystemError("the camera's buffers", ENOMEM);
    if (auto error = GiveBack(i)) return error;
  }
  return std::nullopt;
}

MaybeError Camera::GiveBack(std::uint32_t index) {
  v4l2_buffer buffer = NewBuffer(index);
  const int number = device_->Control(VIDIOC_QBUF, &buffer);
  return number == 0 ? std::nullopt : MaybeError(SystemError("more frames", number));
}

Result<bool> Camera::Take(RawFrame& frame) {
  v4l2_buffer buffer = NewBuffer(0);
  const int number = device_->Control(VIDIOC_DQBUF, &buffer);
  if (number == EAGAIN) return false;
  if (number != 0) return SystemError("more frames", number);
  if (buffer.index >= buffers_.size()) return SystemError("one of the camera's buffers", EINVAL);
  taken_ = static_cast<int>(buffer.index);
  if ((buffer.flags & V4L2_BUF_FLAG_ERROR) != 0) return false;
  constexpr double kMicrosecond = 1e-6;
  const double seconds = static_cast<double>(buffer.timestamp.tv_sec) +
                         kMicrosecond * static_cast<double>(buffer.timestamp.tv_usec);
  if (first_seconds_ < 0) first_seconds_ = seconds;
  frame.seconds = std::max(0.0, seconds - first_seconds_);
  const std::span<const std::byte> bytes = buffers_[buffer.index];
  frame.bytes = bytes.first(std::min<std::size_t>(buffer.bytesused, bytes.size()));
  return true;
}

Result<Camera::RawFrame> Camera::Next(int silent_seconds,
                                      const std::function<bool()>& is_cancelled) {
  RawFrame frame;
  for (int waited_ms = 0; waited_ms < 1000 * silent_seconds; waited_ms += kWaitMs) {
    if (is_cancelled && is_cancelled()) return Error{ErrorCode::kCancelled, "cancelled"};
    if (taken_ >= 0) {
      if (auto error = GiveBack(static_cast<std::uint32_t>(std::exchange(taken_, -1)))) {
        return *error;
      }
    }
    if (!device_->Wait(kWaitMs)) continue;
    const Result<bool> is_whole = Take(frame);
    if (!is_whole) return is_whole.error();
    if (*is_whole) return frame;
  }
  return Error{ErrorCode::kIo,
               "expected a frame within " + std::to_string(silent_seconds) + " s, found none"};
}

Result<Image> Camera::Decode(const RawFrame& frame) const {
  if (is_mjpeg_) return edgevlm::Decode(frame.bytes, DecodeLimits());
  const std::size_t needed = row_bytes_ * static_cast<std::size_t>(height_);
  if (frame.bytes.size() < needed) {
    return Error{ErrorCode::kCorrupt, "expected " + std::to_string(needed) +
                                          " bytes of a frame, found " +
                                          std::to_string(frame.bytes.size())};
  }
  return FromYuyv(frame.bytes, width_, height_, row_bytes_);
}

}  // namespace edgevlm
