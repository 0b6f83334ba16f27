#include "transcribe/subtitles/subtitles.h"

#include <gtest/gtest.h>

namespace edgevlm {
namespace {

TEST(Subtitles, TimesHaveHoursAndMilliseconds) {
  EXPECT_EQ(Timestamp(0, ','), "00:00:00,000");
  EXPECT_EQ(Timestamp(3723.4564, ','), "01:02:03,456");
  EXPECT_EQ(Timestamp(59.9996, '.'), "00:01:00.000");
  EXPECT_EQ(Timestamp(360000, '.'), "100:00:00.000");
}

TEST(Subtitles, HaveTheFormsOfTheirFormats) {
  const TranscriptSegment segment = {.start_s = 1.5, .end_s = 2, .text = "a < b & c"};
  EXPECT_EQ(Write(segment, 3, TranscriptForm::kText), "a < b & c\n");
  EXPECT_EQ(Write(segment, 3, TranscriptForm::kSrt),
            "3\n00:00:01,500 --> 00:00:02,000\na < b & c\n\n");
  EXPECT_EQ(HeaderOf(TranscriptForm::kVtt) + Write(segment, 3, TranscriptForm::kVtt),
            "WEBVTT\n\n00:00:01.500 --> 00:00:02.000\na &lt; b &amp; c\n\n");
  EXPECT_EQ(HeaderOf(TranscriptForm::kSrt), "");
}

// A text must not begin a cue of its own, or control a terminal.
TEST(Subtitles, ATextIsOneLine) {
  const TranscriptSegment segment = {.text = "a\n\n4\x1B[1m"};
  EXPECT_EQ(Write(segment, 1, TranscriptForm::kText), "a??4?[1m\n");
}

}  // namespace
}  // namespace edgevlm
