// Camera: frames of a camera of this machine, as Video4Linux 2 delivers them.
//
// Read here and not by edgevlm-video: its frames are JPEG files, which the decoder of images reads,
// or plain pixels, and a program that may open devices would be less of a sandbox.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "video/camera/camera_device.h"
#include "video/video_frame.h"
#include "video/video_source.h"

namespace edgevlm {

// Threads: one at a time.
class Camera {
 public:
  // Asks for MJPEG or else YUYV at 1280 x 720, takes the size that the camera offers instead, and
  // starts it. Errors: kUnsupported (no camera, or neither form), kIo, kTooLarge.
  static Result<std::unique_ptr<Camera>> Start(std::unique_ptr<CameraDevice> device);
  Camera(const Camera&) = delete;
  Camera& operator=(const Camera&) = delete;
  ~Camera();

  int width() const { return width_; }
  int height() const { return height_; }
  const char* codec() const { return is_mjpeg_ ? "mjpeg" : "yuyv"; }

  // What a frame is before it is decoded; valid until the next call.
  struct RawFrame {
    double seconds = 0;  // since the first one
    std::span<const std::byte> bytes = {};
  };

  // Waits for the next frame, and gives the one before back to the driver. Errors: kIo (the camera
  // is gone, or silent for so long), kCancelled.
  Result<RawFrame> Next(int silent_seconds, const std::function<bool()>& is_cancelled);

  // Errors: kCorrupt.
  Result<Image> Decode(const RawFrame& frame) const;

 private:
  explicit Camera(std::unique_ptr<CameraDevice> device) : device_(std::move(device)) {}

  MaybeError Begin();
  MaybeError ChooseForm();
  MaybeError MapBuffers();
  MaybeError GiveBack(std::uint32_t buffer);
  // Of a frame that is ready, unless it is broken.
  Result<bool> Take(RawFrame& frame);

  const std::unique_ptr<CameraDevice> device_;
  int width_ = 0;
  int height_ = 0;
  std::size_t row_bytes_ = 0;  // of YUYV
  bool is_mjpeg_ = false;
  bool has_started_ = false;
  std::vector<std::span<const std::byte>> buffers_;
  int taken_ = -1;             // the buffer of the last frame
  double first_seconds_ = -1;  // on the driver's clock
};

// An image that a camera takes a second after its start, when it has found its exposure, as a PPM
// file. Errors: those of OpenCamera and of reading.
Result<std::vector<std::byte>> TakeImage(const std::string& path, const DecodingLimits& limits);
Result<std::vector<std::byte>> TakeImage(const VideoSource& camera);

// Whether a path is that of a camera: /dev/video0, /dev/v4l/by-id/...
bool IsCameraPath(std::string_view path);

// A camera as a video without an end: frames in their order. Errors: those of OpenCameraDevice; of
// reading also those of Camera, which begin with the path.
Result<std::unique_ptr<VideoSource>> OpenCamera(const std::string& path,
                                                const DecodingLimits& limits);

// The same for a device that `open` opens.
using OpenDevice = std::function<Result<std::unique_ptr<CameraDevice>>()>;
std::unique_ptr<VideoSource> MakeCameraSource(std::string name, OpenDevice open,
                                              const DecodingLimits& limits);

}  // namespace edgevlm
