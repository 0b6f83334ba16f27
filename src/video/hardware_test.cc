// Decoding with a device that a library plays (tests/v4l2_decoder_shim.cc): its frames are white,
// those of the file black.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "video/child_process.h"
#include "video/frame_request.h"
#include "video/messages.h"

namespace edgevlm {
namespace {

constexpr int kFrames = 60;
constexpr double kRate = 10;
// The device holds so many back.
constexpr int kHeld = 4;

struct Decoded {
  VideoInfo info;
  std::vector<double> times;
  std::string colors;  // 'w' or 'b' for each frame
  std::string error;
};

class HardwareTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::filesystem::temp_directory_path() /
              ("edgevlm-hardware-test-" + std::to_string(getpid()));
    std::filesystem::create_directory(folder_);
  }
  static void TearDownTestSuite() { std::filesystem::remove_all(folder_); }

  void SetUp() override {
    if (std::system("command -v ffmpeg > /dev/null") != 0) GTEST_SKIP() << "ffmpeg is missing";
    beside_ = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    if (!std::filesystem::exists(beside_ / "edgevlm-video")) {
      GTEST_SKIP() << "built without EDGEVLM_VIDEO";
    }
    // A sanitizer wants to be the first library.
    if (!std::filesystem::exists(beside_ / "libv4l2_decoder_shim.so")) {
      GTEST_SKIP() << "built with a sanitizer";
    }
  }

  // 6 s with a key frame in 2 s, and frames that are decoded before those that come before them.
  static std::string Clip(const std::string& name) {
    const std::string path = folder_ / name;
    if (std::filesystem::exists(path)) return path;
    const std::string command =
        "ffmpeg -nostdin -loglevel error -y -f lavfi -i color=black:s=96x80:r=10:d=6 -c:v libx264 "
        "-g 20 -bf 2 -pix_fmt yuv420p " +
        path;
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    return path;
  }

  // source: a file, or an address.
  Decoded Read(const std::string& source, const std::string& failure = "",
               const FrameRequest& request = {}, bool may_use_hardware = true) const {
    Decoded decoded;
    const bool is_stream = source.starts_with("http://");
    std::vector<std::string> arguments = {
        "LD_PRELOAD=" + (beside_ / "libv4l2_decoder_shim.so").string(),
        "V4L2_SHIM_FAILURE=" + failure,
        beside_ / "edgevlm-video",
        "60",
        "2048",
        is_stream ? source : "",
        may_use_hardware ? "1" : "0"};
    for (const std::string& argument : ToArguments(request)) arguments.push_back(argument);
    const OwnedFd file(is_stream ? -1 : open(source.c_str(), O_RDONLY | O_CLOEXEC));
    const auto child = ChildProcess::Start("/usr/bin/env", arguments, file.get());
    EXPECT_TRUE(child) << child.error().message;
    if (!child) return decoded;
    MessageReader reader(
        [&](std::span<std::byte> bytes) -> Result<std::size_t> {
          constexpr int kWaitMs = 30'000;
          const auto is_there = child->WaitForOutput(kWaitMs);
          if (!is_there || !*is_there) return Error{ErrorCode::kIo, "nothing comes"};
          return child->Read(bytes);
        },
        request.max_side);
    while (true) {
      const Result<VideoMessage> message = reader.Next();
      if (!message) {
        decoded.error = message.error().message;
        return decoded;
      }
      if (std::holds_alternative<VideoEnd>(*message)) return decoded;
      if (const auto* const info = std::get_if<VideoInfo>(&*message)) decoded.info = *info;
      if (const auto* const frame = std::get_if<VideoFrame>(&*message)) {
        decoded.times.push_back(frame->seconds);
        constexpr int kMiddle = 128;
        decoded.colors += frame->image.Row(40)[3 * 48] > kMiddle ? 'w' : 'b';
      }
    }
  }

  // Every frame once, the first `white` of them by the device.
  static void ExpectAll(const Decoded& decoded, int white) {
    EXPECT_EQ(decoded.error, "");
    ASSERT_EQ(decoded.times.size(), static_cast<std::size_t>(kFrames));
    for (int i = 0; i < kFrames; ++i) {
      EXPECT_NEAR(decoded.times[static_cast<std::size_t>(i)], i / kRate, 1e-3);
    }
    const auto count = static_cast<std::size_t>(white);
    EXPECT_EQ(decoded.colors, std::string(count, 'w') + std::string(kFrames - count, 'b'));
  }

  static inline std::filesystem::path folder_;
  std::filesystem::path beside_;
};

TEST_F(HardwareTest, ADeviceDecodesEveryFrame) {
  for (const char* const name : {"clip.mp4", "clip.mkv", "clip.ts"}) {
    const Decoded decoded = Read(Clip(name));
    SCOPED_TRACE(name);
    ExpectAll(decoded, kFrames);
    EXPECT_EQ(decoded.info.codec, "h264");
    EXPECT_EQ(decoded.info.decoder, "h264_v4l2m2m");
    EXPECT_EQ(decoded.info.width, 96);
  }
}

TEST_F(HardwareTest, SoftwareTakesOverFromADeviceThatCannotBegin) {
  for (const char* const failure : {"busy", "size"}) {
    const Decoded decoded = Read(Clip("clip.mp4"), failure);
    SCOPED_TRACE(failure);
    ExpectAll(decoded, 0);
    EXPECT_EQ(decoded.info.decoder, "h264");
  }
  ExpectAll(Read(Clip("clip.mp4"), "buffers"), 0);
}

// In the first group of frames, at the key frame between two groups, in the middle, at the end.
TEST_F(HardwareTest, SoftwareTakesOverFromADeviceThatFails) {
  const std::string path = Clip("clip.mp4");
  for (const int count : {0, 1, 7, 19, 20, 21, 33, 40, 55}) {
    SCOPED_TRACE(count);
    const std::string number = std::to_string(count);
    ExpectAll(Read(path, "frame:" + number), count);
    ExpectAll(Read(path, "packet:" + number), std::max(0, count - kHeld));
    ExpectAll(Read(path, "silent:" + number), count);
  }
  ExpectAll(Read(path, "end:58"), 58);
  ExpectAll(Read(Clip("clip.ts"), "frame:33"), 33);
}

TEST_F(HardwareTest, SoftwareDecodesWhatADeviceMayNotOrNeedNot) {
  ExpectAll(Read(Clip("clip.mp4"), "", {}, false), 0);
  EXPECT_EQ(Read(Clip("clip.mp4"), "", {.times = {0.5, 3}}).colors, "bb");
  EXPECT_EQ(Read(Clip("clip.mp4"), "", {.enough_key_frames = 3}).colors, "bbb");
  EXPECT_EQ(Read(Clip("clip.mp4"), "", {.every_seconds = 2}).colors, "bbb");
  // Frames that are left out in between are decoded by the device.
  EXPECT_EQ(Read(Clip("clip.mp4"), "", {.every_seconds = 0.5}).colors, std::string(12, 'w'));
  EXPECT_EQ(Read(Clip("clip.mp4"), "frame:33", {.every_seconds = 0.5}).colors, "wwwwwwwbbbbb");
}

// A stream is connected to twice: to see what it holds, and to decode it.
TEST_F(HardwareTest, StreamsAreDecodedTheSameWay) {
  const std::string name = std::filesystem::path(Clip("clip.ts")).filename();
  const auto server =
      ChildProcess::Start("/usr/bin/env",
                          {"python3", "-c",
                           "import http.server, os, sys\n"
                           "os.chdir('" +
                               folder_.string() +
                               "')\n"
                               "sys.stderr = open('/dev/null', 'w')\n"
                               "s = http.server.ThreadingHTTPServer(('127.0.0.1', 0),"
                               " http.server.SimpleHTTPRequestHandler)\n"
                               "os.write(4, str(s.server_port).encode())\n"
                               "s.serve_forever()"},
                          -1);
  ASSERT_TRUE(server) << server.error().message;
  std::vector<std::byte> port(8);
  const auto size = server->Read(port);
  ASSERT_TRUE(size);
  if (*size == 0) GTEST_SKIP() << "python3 is missing";
  const std::string address =
      "http://127.0.0.1:" + std::string(reinterpret_cast<const char*>(port.data()), *size) + "/" +
      name;
  const Decoded decoded = Read(address);
  ExpectAll(decoded, kFrames);
  EXPECT_EQ(decoded.info.decoder, "h264_v4l2m2m");
  ExpectAll(Read(address, "frame:33"), 33);
  ExpectAll(Read(address, "busy"), 0);
}

}  // namespace
}  // namespace edgevlm
