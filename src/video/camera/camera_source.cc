// Cameras as videos without an end.
#include <string_view>
#include <utility>

#include "base/thread_pool.h"
#include "image/resize.h"
#include "image/write_ppm.h"
#include "video/camera/camera.h"
#include "video/frame_picker.h"

namespace edgevlm {
namespace {

// Cameras send some when they start.
constexpr int kMostBrokenFrames = 100;

class CameraStream final : public FrameStream {
 public:
  CameraStream(std::string name, std::unique_ptr<Camera> camera, const FrameRequest& request,
               const DecodingLimits& limits)
      : name_(std::move(name)),
        camera_(std::move(camera)),
        info_({.width = camera_->width(), .height = camera_->height(), .codec = camera_->codec()}),
        request_(request),
        picker_(request),
        limits_(limits) {}

  const VideoInfo& info() const override { return info_; }
  std::optional<double> end_seconds() const override { return std::nullopt; }

  Result<std::optional<VideoFrame>> Next() override {
    for (int broken = 0; request_.wants_frames;) {
      const auto raw = camera_->Next(limits_.silent_seconds, limits_.is_cancelled);
      if (!raw) return raw.error().In(name_);
      const FramePicker::Choice choice = picker_.Offer(raw->seconds);
      if (choice.is_done) break;
      if (!choice.current) continue;
      Result<Image> image = camera_->Decode(*raw);
      if (image) {
        return std::optional(VideoFrame{raw->seconds, ScaledDown(*std::move(image))});
      }
      if (++broken == kMostBrokenFrames) return image.error().In(name_);
    }
    return std::optional<VideoFrame>();
  }

 private:
  Image ScaledDown(Image image) const {
    const ImageSize size = SizeToSend(image.width, image.height, request_.max_side);
    if (size == ImageSize{image.width, image.height}) return image;
    ThreadPool pool(1);
    return Resize(image, size.width, size.height, Filter::kBicubic, pool);
  }

  const std::string name_;
  const std::unique_ptr<Camera> camera_;
  const VideoInfo info_;
  const FrameRequest request_;
  FramePicker picker_;
  const DecodingLimits limits_;
};

class CameraSource final : public VideoSource {
 public:
  CameraSource(std::string name, OpenDevice open, const DecodingLimits& limits)
      : name_(std::move(name)), open_(std::move(open)), limits_(limits) {}

  Result<std::unique_ptr<FrameStream>> Read(const FrameRequest& request) const override {
    if (!request.times.empty()) {
      return Error{ErrorCode::kUnsupported, name_ +
                                                ": expected a file, found a camera, which has no "
                                                "frames of other times"};
    }
    auto device = open_();
    if (!device) return device.error();
    auto camera = Camera::Start(*std::move(device));
    if (!camera) return camera.error().In(name_);
    return std::unique_ptr<FrameStream>(
        std::make_unique<CameraStream>(name_, *std::move(camera), request, limits_));
  }

 private:
  const std::string name_;
  const OpenDevice open_;
  const DecodingLimits limits_;
};

}  // namespace

Result<std::vector<std::byte>> TakeImage(const VideoSource& camera) {
  constexpr double kExposureSeconds = 1;
  const auto stream = camera.Read({.from_seconds = kExposureSeconds, .max_side = 1280});
  if (!stream) return stream.error();
  const auto frame = (*stream)->Next();
  if (!frame) return frame.error();
  const Image& image = (*frame)->image;
  return PpmFile(image.width, image.height, image.pixels);
}

Result<std::vector<std::byte>> TakeImage(const std::string& path, const DecodingLimits& limits) {
  const auto camera = OpenCamera(path, limits);
  if (!camera) return camera.error();
  return TakeImage(**camera);
}

bool IsCameraPath(std::string_view path) {
  return path.starts_with("/dev/video") || path.starts_with("/dev/v4l/");
}

std::unique_ptr<VideoSource> MakeCameraSource(std::string name, OpenDevice open,
                                              const DecodingLimits& limits) {
  return std::make_unique<CameraSource>(std::move(name), std::move(open), limits);
}

Result<std::unique_ptr<VideoSource>> OpenCamera(const std::string& path,
                                                const DecodingLimits& limits) {
  // So that a path without a camera is an error now.
  if (const auto device = OpenCameraDevice(path); !device) return device.error();
  return MakeCameraSource(
      path, [path] { return OpenCameraDevice(path); }, limits);
}

}  // namespace edgevlm
