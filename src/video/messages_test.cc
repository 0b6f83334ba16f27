#include "video/messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/byte_writer.h"
#include "video/sound_request.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

constexpr int kSide = 100;

class Written {
 public:
  WriteBytes writer() {
    return [this](std::span<const std::byte> more) {
      bytes.insert(bytes.end(), more.begin(), more.end());
      return true;
    };
  }
  MessageReader Reader(std::size_t size) {
    return MessageReader(
        [this, size, at = std::size_t{0}](std::span<std::byte> out) mutable -> Result<std::size_t> {
          // In pieces, as from a pipe.
          const std::size_t count = std::min({out.size(), size - at, std::size_t{7}});
          std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), count, out.begin());
          at += count;
          return count;
        },
        kSide);
  }
  MessageReader Reader() { return Reader(bytes.size()); }

  std::vector<std::byte> bytes;
};

std::vector<std::byte> Pixels(int width, int height) {
  return std::vector<std::byte>(static_cast<std::size_t>(3 * width * height), std::byte{9});
}

Written WholeVideo() {
  Written written;
  const WriteBytes write = written.writer();
  WriteMessage(VideoInfo{.width = 4,
                         .height = 2,
                         .seconds = 3,
                         .frames_per_second = 25,
                         .codec = "h264",
                         .decoder = "h264_v4l2m2m"},
               write);
  WriteFrame(0.5, {2, 1}, Pixels(2, 1), write);
  WriteFrame(0.5, {1, 2}, Pixels(1, 2), write);
  WriteMessage(VideoEnd{2.5}, write);
  return written;
}

// Reads all; the last error, or nothing.
std::string ErrorOf(MessageReader reader) {
  while (true) {
    const auto message = reader.Next();
    if (!message) return message.error().message;
    if (std::holds_alternative<VideoEnd>(*message)) return "";
  }
}

TEST(VideoMessages, ReadAsWritten) {
  Written written = WholeVideo();
  MessageReader reader = written.Reader();
  const auto info = std::get<VideoInfo>(*reader.Next());
  EXPECT_EQ(info.width, 4);
  EXPECT_EQ(info.height, 2);
  EXPECT_EQ(info.seconds, 3);
  EXPECT_EQ(info.frames_per_second, 25);
  EXPECT_EQ(info.codec, "h264");
  EXPECT_EQ(info.decoder, "h264_v4l2m2m");
  const auto frame = std::get<VideoFrame>(*reader.Next());
  EXPECT_EQ(frame.seconds, 0.5);
  EXPECT_EQ(frame.image.width, 2);
  EXPECT_EQ(frame.image.pixels, std::vector<std::uint8_t>(6, 9));
  EXPECT_EQ(std::get<VideoFrame>(*reader.Next()).image.height, 2);
  EXPECT_EQ(std::get<VideoEnd>(*reader.Next()).seconds, 2.5);
}

TEST(VideoMessages, ErrorsKeepTheirCode) {
  Written written;
  WriteMessage(Error{ErrorCode::kUnsupported, "expected a video track, found none"},
               written.writer());
  const auto message = written.Reader().Next();
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(message.error().message, "expected a video track, found none");
}

TEST(VideoMessages, CutAnywhereTheyHaveNoEnd) {
  Written written = WholeVideo();
  for (std::size_t size = 0; size < written.bytes.size(); ++size) {
    EXPECT_EQ(ErrorOf(written.Reader(size)), MessageReader::kNoEnd) << size;
  }
  EXPECT_EQ(ErrorOf(written.Reader()), "");
}

TEST(VideoMessages, BadOnesAreErrors) {
  const auto error_of = [](const std::function<void(const WriteBytes&)>& write) {
    Written written;
    write(written.writer());
    return ErrorOf(written.Reader());
  };
  const VideoInfo info = {.width = 1, .height = 1};
  EXPECT_THAT(error_of([&](const auto& write) {
                WriteFrame(0, {1, 1}, Pixels(1, 1), write);
              }),
              HasSubstr("out of order"));
  EXPECT_THAT(error_of([&](const auto& write) {
                WriteMessage(info, write);
                WriteMessage(info, write);
              }),
              HasSubstr("out of order"));
  EXPECT_THAT(
      error_of([&](const auto& write) { WriteMessage(VideoInfo{.width = 0, .height = 1}, write); }),
      HasSubstr("out of range"));
  EXPECT_THAT(error_of([&](const auto& write) {
                WriteMessage(info, write);
                WriteFrame(1, {1, 1}, Pixels(1, 1), write);
                WriteFrame(0.5, {1, 1}, Pixels(1, 1), write);
              }),
              HasSubstr("a frame out of order"));
  // Larger than was asked for: nothing is allocated.
  EXPECT_THAT(error_of([&](const auto& write) {
                WriteMessage(info, write);
                WriteFrame(0, {kSide + 1, 1}, Pixels(kSide + 1, 1), write);
              }),
              HasSubstr("a frame of 101 x 1"));
  // Fewer pixels than its size.
  EXPECT_THAT(error_of([&](const auto& write) {
                WriteMessage(info, write);
                WriteFrame(0, {2, 2}, Pixels(2, 1), write);
              }),
              HasSubstr("a frame of 2 x 2"));
  EXPECT_THAT(error_of([&](const auto& write) {
                WriteMessage(info, write);
                std::vector<std::byte> bytes = {std::byte{77}};
                ByteWriter(bytes).Put(std::uint32_t{0});
                write(bytes);
              }),
              HasSubstr("kind 77"));
}

Written WholeSound() {
  Written written;
  const WriteBytes write = written.writer();
  WriteMessage(TrackInfo{.rate = 48'000, .channels = 2, .seconds = 3, .codec = "aac"}, write);
  WriteSamples(std::vector<float>{0.5F, -1}, write);
  WriteMessage(VideoEnd{2.5}, write);
  return written;
}

std::string SoundErrorOf(MessageReader reader) {
  while (true) {
    const auto message = reader.NextSound();
    if (!message) return message.error().message;
    if (std::holds_alternative<VideoEnd>(*message)) return "";
  }
}

TEST(VideoMessages, SoundArrivesAsItWasSent) {
  Written written = WholeSound();
  MessageReader reader = written.Reader();
  const auto info = reader.NextSound();
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(std::get<TrackInfo>(*info).rate, 48'000);
  EXPECT_EQ(std::get<TrackInfo>(*info).channels, 2);
  EXPECT_EQ(std::get<TrackInfo>(*info).codec, "aac");
  const auto samples = reader.NextSound();
  ASSERT_TRUE(samples) << samples.error().message;
  EXPECT_EQ(std::get<std::vector<float>>(*samples), (std::vector<float>{0.5F, -1}));
  EXPECT_EQ(std::get<VideoEnd>(*reader.NextSound()).seconds, 2.5);
}

TEST(VideoMessages, SoundCutAtEveryByteIsAnError) {
  Written written = WholeSound();
  for (std::size_t size = 0; size < written.bytes.size(); ++size) {
    EXPECT_EQ(SoundErrorOf(written.Reader(size)), MessageReader::kNoEnd) << size;
  }
}

TEST(VideoMessages, SoundThatCannotBeIsAnError) {
  Written frames = WholeVideo();
  EXPECT_THAT(SoundErrorOf(frames.Reader()), HasSubstr("out of order"));
  Written sound = WholeSound();
  EXPECT_THAT(ErrorOf(sound.Reader()), HasSubstr("out of order"));
  Written bad;
  WriteMessage(TrackInfo{.rate = 1, .channels = 1}, bad.writer());
  WriteSamples(std::vector<float>{NAN}, bad.writer());
  EXPECT_THAT(SoundErrorOf(bad.Reader()), HasSubstr("found NaN"));
  Written many;
  WriteMessage(TrackInfo{.rate = 1, .channels = 1}, many.writer());
  WriteSamples(std::vector<float>(kMostSamples + 1), many.writer());
  EXPECT_THAT(SoundErrorOf(many.Reader()), HasSubstr("samples of 65540 bytes"));
  Written none;
  WriteMessage(TrackInfo{.rate = 0, .channels = 1}, none.writer());
  EXPECT_THAT(SoundErrorOf(none.Reader()), HasSubstr("out of range"));
}

TEST(SoundRequest, ArgumentsAreReadBack) {
  const SoundRequest request = {.from_seconds = 1.5,
                                .to_seconds = 7,
                                .most_channels = 3,
                                .lowest_rate = 5,
                                .highest_rate = 6,
                                .most_seconds = 9};
  const auto texts = ToArguments(request);
  std::vector<const char*> arguments;
  for (const std::string& text : texts) arguments.push_back(text.c_str());
  const auto read = ParseSoundArguments(arguments);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(ToArguments(*read), texts);
  EXPECT_TRUE(ParseSoundArguments(arguments));
  arguments[2] = "-1";
  EXPECT_FALSE(ParseSoundArguments(arguments));
  arguments.pop_back();
  EXPECT_FALSE(ParseSoundArguments(arguments));
}

}  // namespace
}  // namespace edgevlm
