#include "transcribe/cut_segments.h"

#include <gtest/gtest.h>

namespace edgevlm {
namespace {

// Texts are below 100, 100 ends, times are from 110 on.
SpeechTokens Tokens() { return {.end = 100, .no_timestamps = 109, .timestamps = 1501}; }
int Time(int steps) { return 110 + steps; }

TEST(CutSegments, OfWholeSegmentsContinuesBehindTheWindow) {
  // As Whisper writes a window that ends in silence: one time at the end.
  const std::vector<int> sampled = {Time(0), 1, 2, Time(100), Time(110), 3, Time(200)};
  const WindowSegments cut = CutSegments(Tokens(), sampled, 30);
  ASSERT_EQ(cut.segments.size(), 2u);
  EXPECT_EQ(cut.segments[0].tokens, (std::vector<int>{Time(0), 1, 2, Time(100)}));
  EXPECT_DOUBLE_EQ(cut.segments[0].start_s, 0);
  EXPECT_DOUBLE_EQ(cut.segments[0].end_s, 2);
  EXPECT_EQ(cut.segments[1].tokens, (std::vector<int>{Time(110), 3, Time(200)}));
  EXPECT_DOUBLE_EQ(cut.segments[1].start_s, 2.2);
  EXPECT_DOUBLE_EQ(cut.segments[1].end_s, 4);
  EXPECT_DOUBLE_EQ(cut.next_s, 30);
}

TEST(CutSegments, AnIncompleteSegmentIsLeftToTheNextWindow) {
  const std::vector<int> sampled = {Time(0), 1, Time(1000), Time(1000), 2, 3};
  const WindowSegments cut = CutSegments(Tokens(), sampled, 30);
  ASSERT_EQ(cut.segments.size(), 1u);
  EXPECT_DOUBLE_EQ(cut.next_s, 20);
  // The same where the window ends with the start of a segment.
  const std::vector<int> pair = {Time(0), 1, Time(1000), Time(1010)};
  EXPECT_DOUBLE_EQ(CutSegments(Tokens(), pair, 30).next_s, 20.2);
}

TEST(CutSegments, WithoutTimesItIsOneSegment) {
  const WindowSegments cut = CutSegments(Tokens(), std::vector<int>{Time(0), 1, 2}, 12.5);
  ASSERT_EQ(cut.segments.size(), 1u);
  EXPECT_DOUBLE_EQ(cut.segments[0].end_s, 12.5);
  EXPECT_DOUBLE_EQ(cut.next_s, 12.5);
}

TEST(CutSegments, NothingSaysNothing) {
  EXPECT_TRUE(CutSegments(Tokens(), {}, 30).segments.empty());
  EXPECT_TRUE(CutSegments(Tokens(), std::vector<int>{Time(3)}, 30).segments.empty());
  EXPECT_DOUBLE_EQ(CutSegments(Tokens(), {}, 7).next_s, 7);
}

TEST(CutSegments, TimesStayInTheWindowAndItMovesOn) {
  const std::vector<int> beyond = {Time(0), 1, Time(1500)};
  EXPECT_DOUBLE_EQ(CutSegments(Tokens(), beyond, 4).segments[0].end_s, 4);
  const std::vector<int> stuck = {Time(0), 1, Time(1), Time(1), 2};
  EXPECT_DOUBLE_EQ(CutSegments(Tokens(), stuck, 30).next_s, 30);
}

}  // namespace
}  // namespace edgevlm
