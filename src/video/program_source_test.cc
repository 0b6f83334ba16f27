// Files of real encoders, made by Debian's ffmpeg program, through the program that decodes them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "video/child_process.h"
#include "video/select/select_frames.h"
#include "video/video_source.h"

namespace edgevlm {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Tests share a folder, in which each video is made once.
class VideoFiles : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ =
        std::filesystem::temp_directory_path() / ("edgevlm-video-test-" + std::to_string(getpid()));
    std::filesystem::create_directory(folder_);
  }
  static void TearDownTestSuite() { std::filesystem::remove_all(folder_); }

  void SetUp() override {
    if (std::system("command -v ffmpeg > /dev/null") != 0) GTEST_SKIP() << "ffmpeg is missing";
    std::error_code failed;
    const auto folder = std::filesystem::read_symlink("/proc/self/exe", failed).parent_path();
    if (!std::filesystem::exists(folder / "edgevlm-video")) {
      GTEST_SKIP() << "built without EDGEVLM_VIDEO";
    }
  }

  // Made by `ffmpeg ARGUMENTS NAME`, unless it exists.
  static std::string Make(const std::string& name, const std::string& arguments) {
    const std::string path = folder_ / name;
    if (std::filesystem::exists(path)) return path;
    const std::string command = "ffmpeg -nostdin -loglevel error -y " + arguments + " " + path;
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    return path;
  }

  // Red for a second, then green, then blue: 10 frames each.
  static std::string MakeColors(const std::string& name, const std::string& encoder) {
    std::string inputs;
    for (const char* color : {"red", "lime", "blue"}) {
      inputs += "-f lavfi -i color=" + std::string(color) + ":s=64x48:r=10:d=1 ";
    }
    return Make(name, inputs + "-filter_complex concat=n=3 " + encoder);
  }

  // A frame's brightness tells its time: 200 s, with a key frame in 5 s at least.
  static std::string MakeLong() {
    return Make("long.mp4",
                "-f lavfi -i color=black:s=64x48:r=5:d=200,geq=lum=N/5:cb=128:cr=128 "
                "-c:v libx264 -g 25 -qp 1 -pix_fmt yuv420p");
  }

  // 60 s, 5 frames a second, of which one in 5 s is a key frame.
  static std::string MakeKeyFrames() {
    return Make("keys.mp4",
                "-f lavfi -i color=blue:s=64x48:r=5:d=60 -c:v libx264 -g 25 -pix_fmt yuv420p");
  }

  static std::vector<VideoFrame> Read(const std::string& path, const FrameRequest& request,
                                      VideoInfo* info = nullptr) {
    std::vector<VideoFrame> frames;
    const auto source = OpenVideoFile(path);
    EXPECT_TRUE(source) << source.error().message;
    if (!source) return frames;
    const auto stream = (*source)->Read(request);
    EXPECT_TRUE(stream) << stream.error().message;
    if (!stream) return frames;
    if (info != nullptr) *info = (*stream)->info();
    while (true) {
      auto frame = (*stream)->Next();
      EXPECT_TRUE(frame) << frame.error().message;
      if (!frame || !*frame) return frames;
      frames.push_back(**std::move(frame));
    }
  }

  static std::string ErrorOf(const std::string& path) {
    const auto source = OpenVideoFile(path);
    if (!source) return source.error().message;
    const auto stream = (*source)->Read({});
    if (!stream) return stream.error().message;
    while (true) {
      const auto frame = (*stream)->Next();
      if (!frame) return frame.error().message;
      if (!*frame) return "none";
    }
  }

  static std::string Write(const std::string& name, std::string_view bytes) {
    const std::string path = folder_ / name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }

  static std::string Bytes(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  static inline std::filesystem::path folder_;
};

// The letter of the strongest channel in the middle of a frame.
char ColorOf(const VideoFrame& frame) {
  const std::uint8_t* const rgb =
      frame.image.Row(frame.image.height / 2) + 3 * (frame.image.width / 2);
  if (rgb[0] > 160 && rgb[1] < 90 && rgb[2] < 90) return 'r';
  if (rgb[1] > 160 && rgb[0] < 90 && rgb[2] < 90) return 'g';
  if (rgb[2] > 160 && rgb[0] < 90 && rgb[1] < 90) return 'b';
  return '?';
}

std::string ColorsOf(const std::vector<VideoFrame>& frames) {
  std::string colors;
  for (const VideoFrame& frame : frames) colors += ColorOf(frame);
  return colors;
}

struct Format {
  const char* name;
  const char* encoder;
};

class VideoFormats : public VideoFiles, public testing::WithParamInterface<Format> {};

TEST_P(VideoFormats, FramesHaveTheirTimes) {
  const std::string path = MakeColors(GetParam().name, GetParam().encoder);
  VideoInfo info;
  const auto all = Read(path, {}, &info);
  EXPECT_EQ(ColorsOf(all), "rrrrrrrrrrggggggggggbbbbbbbbbb");
  EXPECT_EQ(info.width, 64);
  EXPECT_EQ(info.height, 48);
  EXPECT_NEAR(info.seconds, 3, 0.15);
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_NEAR(all[i].seconds, 0.1 * static_cast<double>(i), 0.011) << i;
  }
  EXPECT_EQ(ColorsOf(Read(path, {.times = {0.5, 1.5, 2.5}})), "rgb");
  EXPECT_EQ(ColorsOf(Read(path, {.times = {0.95, 1.05, 2.95}})), "rgb");
  EXPECT_EQ(ColorsOf(Read(path, {.every_seconds = 0.5})), "rrggbb");
  EXPECT_EQ(ColorsOf(Read(path, {.every_seconds = 0.5, .is_rough = true})).front(), 'r');
}

INSTANTIATE_TEST_SUITE_P(All, VideoFormats,
                         testing::Values(Format{"h264.mp4", "-c:v libx264 -pix_fmt yuv420p"},
                                         Format{"h265.mkv",
                                                "-c:v libx265 -x265-params log-level=none"},
                                         Format{"vp9.webm", "-c:v libvpx-vp9 -b:v 0 -crf 30"},
                                         Format{"mpeg4.avi", "-c:v mpeg4 -q:v 2"},
                                         Format{"mjpeg.mov", "-c:v mjpeg -q:v 2 -pix_fmt yuvj420p"},
                                         Format{"ten_bits.mkv",
                                                "-c:v libx265 -pix_fmt yuv420p10le -x265-params "
                                                "log-level=none"},
                                         Format{"palette.gif", ""},
                                         Format{"transport.ts", "-c:v libx264 -pix_fmt yuv420p"}),
                         [](const auto& tested) {
                           std::string name = tested.param.name;
                           std::ranges::replace(name, '.', '_');
                           return name;
                         });

TEST_F(VideoFiles, LongOnesAreReadAtTheWantedTimesOnly) {
  const auto frames = Read(MakeLong(), {.times = {3, 57.7, 121.3, 199.9}});
  ASSERT_EQ(frames.size(), 4U);
  for (const VideoFrame& frame : frames) {
    // Luma 16 to 235 becomes 0 to 255.
    const double luma = std::max(0.0, (frame.seconds - 16) * 255 / 219);
    EXPECT_NEAR(frame.image.Row(24)[3 * 32], luma, 4) << frame.seconds;
  }
  EXPECT_NEAR(frames[1].seconds, 57.6, 0.01);
  EXPECT_NEAR(frames[3].seconds, 199.8, 0.01);
}

// The encoder joins frames that are equal.
// A key frame after which reading goes on at another one is decoded alone; what is shown is the
// same.
TEST_F(VideoFiles, FramesAtTimesAreThoseOfAllFrames) {
  const std::string path = MakeLong();
  const auto all = Read(path, {});
  ASSERT_EQ(all.size(), 1000U);
  const std::vector<std::vector<double>> requests = {{0, 5, 10, 60, 195},
                                                     {0.1, 5.1, 30.05, 30.15, 55, 55.2, 60},
                                                     {4.9, 10, 10, 10.1, 12, 14.9, 15, 15.5, 100.1},
                                                     {199.7, 199.8, 300}};
  for (const auto& times : requests) {
    const auto frames = Read(path, {.times = times});
    std::vector<const VideoFrame*> expected;
    for (const double time : times) {
      const auto next = std::ranges::upper_bound(all, time + 1e-3, {}, &VideoFrame::seconds);
      const VideoFrame& shown = *std::prev(next);
      if (expected.empty() || expected.back() != &shown) expected.push_back(&shown);
    }
    ASSERT_EQ(frames.size(), expected.size()) << times[0];
    for (std::size_t i = 0; i < frames.size(); ++i) {
      EXPECT_EQ(frames[i].seconds, expected[i]->seconds);
      EXPECT_EQ(frames[i].image.pixels, expected[i]->image.pixels) << frames[i].seconds;
    }
  }
}

TEST_F(VideoFiles, WebpAnimationsAreVideos) {
  const std::string path = MakeColors("animated.webp", "-c:v libwebp_anim -lossless 1 -loop 0");
  VideoInfo info;
  const auto frames = Read(path, {}, &info);
  EXPECT_EQ(ColorsOf(frames), "rgb");
  EXPECT_EQ(info.seconds, 3);
  EXPECT_EQ(frames.back().seconds, 2);
  EXPECT_EQ(ColorsOf(Read(path, {.times = {0.9, 1.1, 2.9}})), "rgb");
}

// Matroska has an index at its end, which is read when it is sought in.
TEST_F(VideoFiles, MatroskaIsSoughtIn) {
  const std::string path = Make("long.mkv", "-i " + MakeLong() + " -c copy");
  const auto frames = Read(path, {.times = {3, 57.7, 121.3}});
  ASSERT_EQ(frames.size(), 3U);
  EXPECT_NEAR(frames[1].seconds, 57.6, 0.01);
  EXPECT_NEAR(frames[2].seconds, 121.2, 0.01);
}

// MP4 lists when key frames are decoded, Matroska when they are shown.
TEST_F(VideoFiles, TimesMayMoveToKeyFrames) {
  const std::string mp4 = MakeKeyFrames();
  for (const std::string& path : {mp4, Make("keys.mkv", "-i " + mp4 + " -c copy")}) {
    const auto frames = Read(path, {.times = {6, 38.9, 52.5}, .slack_seconds = 1.5});
    ASSERT_EQ(frames.size(), 3U);
    EXPECT_NEAR(frames[0].seconds, 5, 0.01) << path;
    EXPECT_NEAR(frames[1].seconds, 40, 0.01) << path;
    EXPECT_NEAR(frames[2].seconds, 51, 0.01) << path << ": none is near, so the first in the slack";
  }
}

TEST_F(VideoFiles, KeyFramesAloneAreReadWhereThereAreEnough) {
  const std::string path = MakeKeyFrames();
  const auto frames = Read(path, {.from_seconds = 20, .to_seconds = 41, .enough_key_frames = 5});
  ASSERT_EQ(frames.size(), 5U);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    EXPECT_NEAR(frames[i].seconds, 20 + 5 * static_cast<double>(i), 0.01);
  }
  const FrameRequest too_many = {.from_seconds = 20, .to_seconds = 41, .enough_key_frames = 6};
  EXPECT_GT(Read(path, too_many).size(), 100U);
  FrameRequest or_none = too_many;
  or_none.all_otherwise = false;
  EXPECT_TRUE(Read(path, or_none).empty());
}

// A transport stream has no index: the key frame before a wanted time is found by seeking only.
TEST_F(VideoFiles, KeyFramesMayBeFarApartWithoutAnIndex) {
  const std::string path = Make("sparse.ts",
                                "-f lavfi -i color=blue:s=64x48:r=5:d=60 -c:v libx264 "
                                "-g 1000 -pix_fmt yuv420p");
  const auto frames = Read(path, {.times = {30.1, 59.1}});
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_NEAR(frames[0].seconds, 30, 0.01);
  EXPECT_NEAR(frames[1].seconds, 59, 0.01);
}

TEST_F(VideoFiles, RotationMetadataIsApplied) {
  const std::string plain = MakeColors("plain.mp4", "-c:v libx264 -pix_fmt yuv420p");
  const std::string turned = Make("turned.mp4", "-display_rotation 90 -i " + plain +
                                                    " -c copy 2> /dev/null || ffmpeg "
                                                    "-nostdin -loglevel error -y -i " +
                                                    plain +
                                                    " -c copy -metadata:s:v "
                                                    "rotate=90");
  VideoInfo info;
  const auto frames = Read(turned, {.times = {1.5}}, &info);
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(info.width, 48);
  EXPECT_EQ(info.height, 64);
  EXPECT_EQ(frames[0].image.width, 48);
  EXPECT_EQ(frames[0].image.height, 64);
}

TEST_F(VideoFiles, OddSizesAndSizesOfPixelsAreKept) {
  const std::string odd = Make("odd.mkv", "-f lavfi -i testsrc=s=63x37:r=10:d=1 -c:v ffv1");
  EXPECT_EQ(Read(odd, {.times = {0.5}})[0].image.width, 63);
  const std::string wide = MakeColors("wide.mp4", "-c:v libx264 -pix_fmt yuv420p -aspect 64:24");
  const auto frame = Read(wide, {.times = {0.5}}).at(0);
  EXPECT_EQ(frame.image.width, 128) << "pixels are twice as wide as high";
  EXPECT_EQ(frame.image.height, 48);
  EXPECT_EQ(Read(wide, {.times = {0.5}, .max_side = 32})[0].image.width, 32);
}

TEST_F(VideoFiles, VariableFrameRatesKeepTheirTimes) {
  const std::string path =
      Make("variable.mkv",
           "-f lavfi -i color=red:s=64x48:r=10:d=4 -vf "
           "select='eq(n\\,0)+eq(n\\,1)+eq(n\\,20)+eq(n\\,39)' -vsync vfr -c:v "
           "libx264 -pix_fmt yuv420p");
  std::vector<double> times;
  for (const VideoFrame& frame : Read(path, {})) times.push_back(frame.seconds);
  ASSERT_EQ(times.size(), 4U);
  EXPECT_NEAR(times[1], 0.1, 0.01);
  EXPECT_NEAR(times[2], 2, 0.01);
  EXPECT_NEAR(times[3], 3.9, 0.01);
  // Between two frames the first one is shown.
  EXPECT_NEAR(Read(path, {.times = {1.9}})[0].seconds, 0.1, 0.01);
}

TEST_F(VideoFiles, TransparentFramesAreOverWhite) {
  const std::string path = Make("clear.webp",
                                "-f lavfi -i color=red@0.0:s=16x16:r=2:d=1,"
                                "format=rgba -c:v libwebp_anim -lossless 1");
  const auto frames = Read(path, {});
  ASSERT_FALSE(frames.empty());
  EXPECT_EQ(frames[0].image.Row(8)[3 * 8 + 1], 255);
}

TEST_F(VideoFiles, FilesWithoutVideoAreErrors) {
  EXPECT_THAT(ErrorOf(Make("sound.mkv", "-f lavfi -i sine=d=1 -c:a pcm_s16le")),
              HasSubstr("expected a video track, found none"));
  EXPECT_THAT(ErrorOf(Write("text.mp4", "no video at all")),
              HasSubstr("text.mp4: video: expected a whole video file of a known format"));
  EXPECT_THAT(ErrorOf(Write("empty.mp4", "")), HasSubstr("expected a whole video file"));
  EXPECT_THAT(ErrorOf(folder_ / "missing.mp4"), HasSubstr("cannot be read: No such file"));
  EXPECT_THAT(ErrorOf(folder_), HasSubstr("expected a file"));
  // A list of other files is none.
  EXPECT_THAT(ErrorOf(Write("list.m3u8", "#EXTM3U\n#EXTINF:1,\n/etc/passwd\n")),
              HasSubstr("expected a whole video file"));
  EXPECT_THAT(ErrorOf(Write("list.txt", "ffconcat version 1.0\nfile h264.mp4\n")),
              HasSubstr("expected a whole video file"));
}

TEST_F(VideoFiles, HugeFramesAreErrors) {
  const std::string path = Make("huge.gif", "-f lavfi -i color=red:s=9000x16:r=1:d=1");
  EXPECT_THAT(ErrorOf(path), HasSubstr("at most 8192 x 4320 pixels, found 9000 x 16"));
}

// Cut anywhere, a file gives what can be decoded of it, or one line.
TEST_F(VideoFiles, CutFilesEndInFramesOrAnError) {
  for (const Format& format : {Format{"h264.mp4", "-c:v libx264 -pix_fmt yuv420p"},
                               Format{"vp9.webm", "-c:v libvpx-vp9 -b:v 0 -crf 30"},
                               Format{"animated.webp", "-c:v libwebp_anim -lossless 1 -loop 0"}}) {
    const std::string whole = Bytes(MakeColors(format.name, format.encoder));
    const std::size_t step = std::max<std::size_t>(1, whole.size() / 12);
    for (std::size_t size = 0; size < whole.size(); size += step) {
      const std::string error = ErrorOf(Write("cut", whole.substr(0, size)));
      EXPECT_THAT(error, AnyOf("none", HasSubstr("cut: video: expected"))) << size;
    }
  }
}

TEST_F(VideoFiles, ADecoderThatIsKilledIsOneLine) {
  const std::string path =
      Make("many.mkv", "-f lavfi -i testsrc=s=640x480:r=25:d=4 -c:v libx264 -pix_fmt yuv420p");
  auto child = ChildProcess::Start(
      std::filesystem::read_symlink("/proc/self/exe").parent_path() / "edgevlm-video",
      {"10", "0", "", "0"}, -1);
  ASSERT_TRUE(child) << child.error().message;
  kill(child->pid(), SIGKILL);
  std::vector<std::byte> bytes(1);
  // What it wrote until then, which is no more than an error, as it has no source.
  while (*child->Read(bytes) > 0) {
  }
  EXPECT_THAT(child->End(), AnyOf("signal 9 (Killed)", "exit code 0"));
}

TEST_F(VideoFiles, ADecoderWithoutTimeOrMemoryIsOneLine) {
  const std::string path =
      Make("heavy.mkv", "-f lavfi -i testsrc2=s=1920x1080:r=25:d=5 -c:v mjpeg -q:v 2");
  const auto error_of = [&](const DecodingLimits& limits) -> std::string {
    const auto source = OpenVideoFile(path, limits);
    const auto stream = (*source)->Read({.max_side = 1920});
    if (!stream) return stream.error().message;
    while (true) {
      const auto frame = (*stream)->Next();
      if (!frame) return frame.error().message;
      if (!*frame) return "none";
    }
  };
  EXPECT_THAT(error_of({.processor_seconds = 1, .memory_mib = 0}),
              HasSubstr("found the decoder ended by signal 24 (CPU time limit exceeded)"));
  EXPECT_THAT(error_of({.memory_mib = 16}),
              AnyOf(HasSubstr("memory"), HasSubstr("Cannot allocate"), HasSubstr("expected")));
}

// Those of this thread, as the kernel lists them, with blanks between them.
std::string ChildrenOfThread() {
  std::ifstream file("/proc/thread-self/children");
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_F(VideoFiles, OneProgramAnswersSeveralRequests) {
  const auto source = OpenVideoFile(MakeColors("h264.mp4", "-c:v libx264 -pix_fmt yuv420p"));
  ASSERT_TRUE(source) << source.error().message;
  const auto read = [&](const FrameRequest& request) {
    std::vector<VideoFrame> frames;
    const auto stream = (*source)->Read(request);
    EXPECT_TRUE(stream) << stream.error().message;
    EXPECT_EQ((*stream)->info().seconds, 3);
    while (true) {
      auto frame = (*stream)->Next();
      if (!frame || !*frame) return ColorsOf(frames);
      frames.push_back(**std::move(frame));
    }
  };
  EXPECT_EQ(read({.wants_frames = false}), "");
  const std::string children = ChildrenOfThread();
  EXPECT_EQ(read({.times = {0.5, 1.5, 2.5}}), "rgb");
  EXPECT_EQ(read({.times = {0.5, 1.5}, .max_side = 32}), "rg");
  EXPECT_EQ(ChildrenOfThread(), children);
  // One that is left in the middle ends, and another one is started.
  ASSERT_TRUE((*source)->Read({}));
  EXPECT_EQ(read({.times = {2.5}}), "b");
  if (children.empty()) GTEST_SKIP() << "this kernel does not list children";
  EXPECT_NE(ChildrenOfThread(), children);
}

TEST_F(VideoFiles, BytesInMemoryAreAVideoToo) {
  const std::string bytes = Bytes(MakeColors("h264.mp4", "-c:v libx264 -pix_fmt yuv420p"));
  const auto source = OpenVideoBytes("upload", std::as_bytes(std::span(bytes)));
  ASSERT_TRUE(source) << source.error().message;
  const auto selected = SelectFrames(**source, {.selector = *ParseSelector("scene:3")});
  ASSERT_TRUE(selected) << selected.error().message;
  EXPECT_EQ(ColorsOf(selected->frames), "rgb");
}

}  // namespace
}  // namespace edgevlm
