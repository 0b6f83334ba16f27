#include "video/messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/byte_writer.h"

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
  WriteMessage(
      VideoInfo{.width = 4, .height = 2, .seconds = 3, .frames_per_second = 25, .codec = "h264"},
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

}  // namespace
}  // namespace edgevlm
