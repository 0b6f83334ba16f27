#include <gtest/gtest.h>

#include "video/video_source.h"

namespace edgevlm {
namespace {

bool IsVideoText(std::string_view text) { return IsVideo(std::as_bytes(std::span(text))); }

TEST(VideoKind, IsKnownByTheFirstBytes) {
  const std::string box(4, '\0');
  EXPECT_TRUE(IsVideoText(box + "ftypisom"));
  EXPECT_TRUE(IsVideoText(box + "ftypqt  "));
  EXPECT_TRUE(IsVideoText(box + "moov"));
  EXPECT_TRUE(IsVideoText("\x1A\x45\xDF\xA3"));
  EXPECT_TRUE(IsVideoText("RIFF1234AVI LIST"));
  EXPECT_TRUE(IsVideoText("GIF89a"));
  EXPECT_TRUE(IsVideoText(std::string("RIFF1234WEBPVP8X\x0A\0\0\0\x02\0\0\0", 24)));
  EXPECT_TRUE(IsVideoText("OggS" + std::string(24, '\0') + "\x80theora"));
  EXPECT_TRUE(IsVideoText("G" + std::string(187, 'x') + "G"));
}

TEST(VideoKind, ImagesAndOtherFilesAreNone) {
  EXPECT_FALSE(IsVideoText(""));
  EXPECT_FALSE(IsVideoText("\x89PNG\r\n\x1A\n"));
  EXPECT_FALSE(IsVideoText("\xFF\xD8\xFF\xE0"));
  EXPECT_FALSE(IsVideoText("P6\n1 1\n255\n"));
  EXPECT_FALSE(IsVideoText(std::string(4, '\0') + "ftypavif"));
  EXPECT_FALSE(IsVideoText(std::string(4, '\0') + "ftypheic"));
  // A still image, with alpha only.
  EXPECT_FALSE(IsVideoText(std::string("RIFF1234WEBPVP8X\x0A\0\0\0\x10\0\0\0", 24)));
  EXPECT_FALSE(IsVideoText("RIFF1234WEBPVP8 "));
  EXPECT_FALSE(IsVideoText("Good morning"));
  EXPECT_FALSE(IsVideoText("OggS" + std::string(24, '\0') + "\x01vorbis"));
  EXPECT_FALSE(IsVideoText(std::string(4, '\0') + "ftypM4A "));
}

}  // namespace
}  // namespace edgevlm
