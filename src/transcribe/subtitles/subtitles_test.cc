#include "transcribe/subtitles/subtitles.h"

#include <gtest/gtest.h>

#include "transcribe/subtitles/prompt_text.h"

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

TEST(PromptText, HasTheTimesOfVideos) {
  const Transcript nobody;
  EXPECT_EQ(PromptText(nobody), "Nobody speaks in the recording.\n\n");
  EXPECT_EQ(TimedPromptText(nobody), "");
  Transcript two;
  two.segments = {{.start_s = 3.9, .end_s = 6.2, .text = "Hello."},
                  {.start_s = 61, .end_s = 3600, .text = "Good bye."}};
  EXPECT_EQ(PromptText(two), "What is said in the recording: \"Hello. Good bye.\"\n\n");
  EXPECT_EQ(TimedPromptText(two),
            "What is said in the video:\n[0:03-0:07] Hello.\n[1:01-60:00] Good bye.\n\n");
}

}  // namespace
}  // namespace edgevlm
