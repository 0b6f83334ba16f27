#include "video/frame_picker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace edgevlm {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// The times of the frames that are sent, of frames at these times.
std::vector<double> Sent(const FrameRequest& request, const std::vector<double>& frames) {
  FramePicker picker(request);
  std::vector<double> sent;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const auto choice = picker.Offer(frames[i]);
    if (choice.previous) sent.push_back(frames[i - 1]);
    if (choice.current) sent.push_back(frames[i]);
    if (choice.is_done) return sent;
  }
  if (picker.WantsLast()) sent.push_back(frames.back());
  return sent;
}

std::vector<double> Every(double seconds, int count) {
  std::vector<double> frames;
  for (int i = 0; i < count; ++i) frames.push_back(i * seconds);
  return frames;
}

TEST(FramePicker, ATimeGetsTheFrameShownThen) {
  EXPECT_THAT(Sent({.times = {1.2, 2, 3.9}}, Every(1, 10)), ElementsAre(1, 2, 3));
}

TEST(FramePicker, TimesWithinOneFrameGetItOnce) {
  EXPECT_THAT(Sent({.times = {1.1, 1.2, 1.3, 2.1}}, Every(1, 10)), ElementsAre(1, 2));
}

TEST(FramePicker, TimesBeyondEitherEndGetTheFrameThere) {
  EXPECT_THAT(Sent({.times = {0, 20, 21}}, {0.5, 1, 1.5}), ElementsAre(0.5, 1.5));
  EXPECT_THAT(Sent({.times = {3}}, {}), IsEmpty());
}

TEST(FramePicker, ARateIsRightOnAverage) {
  EXPECT_THAT(Sent({.every_seconds = 1}, Every(0.4, 8)), ElementsAre(0, 3 * 0.4, 2));
  // 30 frames per second, of which 10 are wanted, rounded to milliseconds as files have them.
  std::vector<double> frames;
  for (int i = 0; i < 300; ++i) frames.push_back(std::round(i * 1000 / 30.0) / 1000);
  EXPECT_EQ(Sent({.every_seconds = 0.1}, frames).size(), 100U);
}

TEST(FramePicker, ARangeHasBothEnds) {
  EXPECT_THAT(Sent({.from_seconds = 2, .to_seconds = 4}, Every(1, 10)), ElementsAre(2, 3, 4));
  EXPECT_THAT(Sent({.from_seconds = 20}, Every(1, 10)), IsEmpty());
}

TEST(FramePicker, RareFramesAreAllSent) {
  EXPECT_THAT(Sent({.every_seconds = 0.5}, {0, 10, 20}), ElementsAre(0, 10, 20));
}

TEST(FramePicker, AfterASeekTheFrameBeforeIsForgotten) {
  FramePicker picker({.times = {0.5, 8.5}});
  EXPECT_FALSE(picker.Offer(0).previous);
  EXPECT_TRUE(picker.Offer(1).previous);
  EXPECT_EQ(picker.NextTime(), 8.5);
  picker.Forget();
  EXPECT_FALSE(picker.Offer(8).previous);
  const auto choice = picker.Offer(9);
  EXPECT_TRUE(choice.previous);
  EXPECT_TRUE(choice.is_done);
  EXPECT_EQ(picker.NextTime(), INFINITY);
}

}  // namespace
}  // namespace edgevlm
