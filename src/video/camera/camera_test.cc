#include "video/camera/camera.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/videodev2.h>

#include <cerrno>
#include <cstring>
#include <deque>

#include "base/testing/golden_files.h"
#include "image/decode.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

constexpr int kWidth = 6, kHeight = 4;

// How the camera of a test behaves.
struct Script {
  std::uint32_t form = V4L2_PIX_FMT_YUYV;
  std::uint32_t capabilities = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
  std::vector<std::vector<std::byte>> frames = {};  // half a second apart; then it is unplugged
  std::uint32_t flags_of_first = 0;
  int start_error = 0;
  std::uint32_t width = kWidth;
};

// Counts, across devices that have been closed.
struct Seen {
  int starts = 0;
  int stops = 0;
};

class ScriptedDevice final : public CameraDevice {
 public:
  ScriptedDevice(const Script& script, Seen& seen) : script_(script), seen_(seen) {}

  int Control(unsigned long request, void* argument) override {
    switch (request) {
      case VIDIOC_QUERYCAP:
        static_cast<v4l2_capability*>(argument)->capabilities = script_.capabilities;
        return 0;
      case VIDIOC_S_FMT:
        return SetFormat(*static_cast<v4l2_format*>(argument));
      case VIDIOC_REQBUFS:
        static_cast<v4l2_requestbuffers*>(argument)->count = 2;
        return 0;
      case VIDIOC_QUERYBUF:
        static_cast<v4l2_buffer*>(argument)->length = kBytes;
        static_cast<v4l2_buffer*>(argument)->m.offset =
            static_cast<v4l2_buffer*>(argument)->index * kBytes;
        return 0;
      case VIDIOC_QBUF:
        free_.push_back(static_cast<v4l2_buffer*>(argument)->index);
        EXPECT_LE(free_.size(), 2U);
        return 0;
      case VIDIOC_STREAMON:
        ++seen_.starts;
        return script_.start_error;
      case VIDIOC_STREAMOFF:
        ++seen_.stops;
        return 0;
      case VIDIOC_DQBUF:
        return TakeFrame(*static_cast<v4l2_buffer*>(argument));
      default:
        return ENOTTY;
    }
  }

  std::span<const std::byte> Map(std::size_t bytes, std::int64_t offset) override {
    return std::span(memory_).subspan(static_cast<std::size_t>(offset), bytes);
  }

  bool Wait(int) override { return true; }

 private:
  static constexpr std::uint32_t kBytes = 1 << 16;

  int SetFormat(v4l2_format& format) const {
    format.fmt.pix.pixelformat = script_.form;
    format.fmt.pix.width = script_.width;
    format.fmt.pix.height = kHeight;
    format.fmt.pix.bytesperline = 2 * script_.width;
    return 0;
  }

  int TakeFrame(v4l2_buffer& buffer) {
    if (next_ == script_.frames.size()) return ENODEV;
    EXPECT_FALSE(free_.empty());
    buffer.index = free_.front();
    free_.pop_front();
    const std::vector<std::byte>& frame = script_.frames[next_];
    std::ranges::copy(frame, memory_.begin() + std::ptrdiff_t{buffer.index} * kBytes);
    buffer.bytesused = static_cast<std::uint32_t>(frame.size());
    buffer.flags = next_ == 0 ? script_.flags_of_first : 0;
    // From any time on.
    buffer.timestamp.tv_sec = 1000 + static_cast<long>(next_ / 2);
    buffer.timestamp.tv_usec = next_ % 2 == 0 ? 0 : 500'000;
    ++next_;
    return 0;
  }

  const Script script_;
  Seen& seen_;
  std::vector<std::byte> memory_ = std::vector<std::byte>(2 * kBytes);
  std::deque<std::uint32_t> free_;
  std::size_t next_ = 0;
};

// All pixels of this luma and these chroma values.
std::vector<std::byte> Plain(int y, int u, int v) {
  std::vector<std::byte> bytes;
  for (int i = 0; i < kWidth * kHeight / 2; ++i) {
    for (const int value : {y, u, y, v}) bytes.push_back(static_cast<std::byte>(value));
  }
  return bytes;
}

class CameraTest : public testing::Test {
 protected:
  std::unique_ptr<VideoSource> Source(const Script& script, const DecodingLimits& limits = {}) {
    return MakeCameraSource(
        "/dev/video7",
        [this, script]() -> Result<std::unique_ptr<CameraDevice>> {
          return std::unique_ptr<CameraDevice>(std::make_unique<ScriptedDevice>(script, seen_));
        },
        limits);
  }

  std::string ErrorOf(const Script& script, const DecodingLimits& limits = {}) {
    const auto stream = Source(script, limits)->Read({});
    if (!stream) return stream.error().message;
    const auto frame = (*stream)->Next();
    return frame ? "none" : frame.error().message;
  }

  Seen seen_;
};

TEST_F(CameraTest, PlainPixelsBecomeColors) {
  const Script script = {.frames = {Plain(235, 128, 128), Plain(16, 128, 128), Plain(81, 90, 240)}};
  const auto source = Source(script);
  const auto stream = source->Read({});
  ASSERT_TRUE(stream) << stream.error().message;
  EXPECT_EQ((*stream)->info().width, kWidth);
  EXPECT_EQ((*stream)->info().codec, "yuyv");
  // White, black, and red as BT.601 has it.
  const std::array<std::array<int, 3>, 3> expected = {{{255, 255, 255}, {0, 0, 0}, {254, 0, 0}}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto frame = (*stream)->Next();
    ASSERT_TRUE(frame && *frame);
    EXPECT_EQ((*frame)->seconds, 0.5 * static_cast<double>(i));
    const std::uint8_t* const last = (*frame)->image.Row(kHeight - 1) + 3 * (kWidth - 1);
    for (std::size_t c = 0; c < 3; ++c) EXPECT_NEAR(last[c], expected[i][c], 1) << i << " " << c;
  }
  const auto gone = (*stream)->Next();
  ASSERT_FALSE(gone);
  EXPECT_THAT(gone.error().message, HasSubstr("/dev/video7: expected more frames, found: No such"));
}

TEST_F(CameraTest, JpegFramesAreScaledAndBrokenOnesPassedOver) {
  const MappedFile file = OpenGolden("no_end_mark.jpg");
  const std::vector<std::byte> jpeg(file.bytes().begin(), file.bytes().end());
  const Script script = {.form = V4L2_PIX_FMT_MJPEG,
                         .frames = {jpeg, std::vector<std::byte>(100), jpeg},
                         .flags_of_first = V4L2_BUF_FLAG_ERROR};
  {
    const auto stream = Source(script)->Read({.max_side = 32});
    ASSERT_TRUE(stream) << stream.error().message;
    const auto frame = (*stream)->Next();
    ASSERT_TRUE(frame && *frame) << frame.error().message;
    EXPECT_EQ(std::max((*frame)->image.width, (*frame)->image.height), 32);
    EXPECT_EQ(seen_.stops, 0);
  }
  EXPECT_EQ(seen_.starts, 1);
  EXPECT_EQ(seen_.stops, 1);
}

TEST_F(CameraTest, AnImageIsTakenAfterASecond) {
  const auto file = TakeImage(*Source({.frames = {Plain(16, 128, 128), Plain(16, 128, 128),
                                                  Plain(235, 128, 128), Plain(16, 128, 128)}}));
  ASSERT_TRUE(file) << file.error().message;
  const auto image = Decode(*file, DecodeLimits());
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->width, kWidth);
  EXPECT_EQ(image->Row(0)[0], 255);
}

TEST_F(CameraTest, RareFramesAreTaken) {
  Script script;
  for (int i = 0; i < 8; ++i) script.frames.push_back(Plain(16 * i, 128, 128));
  const auto stream = Source(script)->Read({.from_seconds = 1, .every_seconds = 1});
  ASSERT_TRUE(stream);
  for (const double seconds : {1, 2, 3}) EXPECT_EQ((**(*stream)->Next()).seconds, seconds);
}

TEST_F(CameraTest, WhatIsNoCameraIsOneLine) {
  EXPECT_EQ(ErrorOf({.capabilities = V4L2_CAP_VIDEO_OUTPUT}),
            "/dev/video7: expected a camera, found another device");
  EXPECT_THAT(ErrorOf({.form = V4L2_PIX_FMT_H264}), HasSubstr("that sends MJPEG or YUYV"));
  EXPECT_THAT(ErrorOf({.width = 10'000}), HasSubstr("at most 8192 x 4320 pixels, found 10000"));
  EXPECT_THAT(ErrorOf({.start_error = EBUSY}), HasSubstr("that starts, found: Device or resource"));
  EXPECT_EQ(ErrorOf({}), "/dev/video7: expected more frames, found: No such device");
  EXPECT_EQ(ErrorOf({.frames = std::vector(200, std::vector<std::byte>(8))}),
            "/dev/video7: expected 48 bytes of a frame, found 8");
  EXPECT_THAT(ErrorOf({.frames = {}}, {.is_cancelled = [] { return true; }}),
              HasSubstr("cancelled"));
  const auto other_times = Source({})->Read({.times = {1}});
  EXPECT_EQ(other_times.error().code, ErrorCode::kUnsupported);
}

TEST(OpenCamera, NeedsADevice) {
  EXPECT_EQ(OpenCamera("/dev/video987", {}).error().message,
            "/dev/video987: cannot be opened: No such file or directory");
  EXPECT_EQ(OpenCamera("/proc/self/comm", {}).error().message,
            "/proc/self/comm: expected a camera, found no device");
  // A device, but none that knows these calls.
  const auto null = OpenCamera("/dev/null", {});
  ASSERT_TRUE(null);
  EXPECT_EQ((*null)->Read({}).error().message,
            "/dev/null: expected a camera, found another device");
  EXPECT_TRUE(IsCameraPath("/dev/v4l/by-id/usb-camera"));
  EXPECT_FALSE(IsCameraPath("video0.mp4"));
}

}  // namespace
}  // namespace edgevlm
