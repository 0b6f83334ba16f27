#include "video/live/live_frames.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

namespace edgevlm {
namespace {

using ::testing::ElementsAre;

// A gray frame.
FrameFacts FactsAt(double seconds, std::uint8_t gray) {
  Image image(16, 9);
  std::ranges::fill(image.pixels, gray);
  return MeasureFrame({.seconds = seconds, .image = image});
}

TEST(WatchTrigger, LooksEverySoManySeconds) {
  WatchTrigger trigger({.every_seconds = 2});
  std::vector<double> looked;
  for (int i = 0; i < 10; ++i) {
    if (trigger.Offer(FactsAt(0.5 * i, 0))) looked.push_back(0.5 * i);
  }
  EXPECT_THAT(looked, ElementsAre(0, 2, 4));
  EXPECT_TRUE(trigger.Offer(FactsAt(0, 0))) << "the clock of a new connection";
}

TEST(WatchTrigger, ASceneIsComparedWithTheLastLook) {
  WatchTrigger trigger({.on = WatchTrigger::On::kScene, .every_seconds = 1});
  EXPECT_TRUE(trigger.Offer(FactsAt(0, 100)));
  EXPECT_FALSE(trigger.Offer(FactsAt(2, 102))) << "noise";
  // A slow change adds up, though no frame differs much from the one before.
  bool looked = false;
  for (int i = 0; i < 20; ++i) {
    looked = trigger.Offer(FactsAt(3 + i, static_cast<std::uint8_t>(102 + i))) || looked;
  }
  EXPECT_TRUE(looked);
}

TEST(WatchTrigger, MotionIsComparedWithTheFrameBefore) {
  WatchTrigger trigger({.on = WatchTrigger::On::kMotion, .every_seconds = 1});
  EXPECT_TRUE(trigger.Offer(FactsAt(0, 100)));
  for (int i = 0; i < 20; ++i) {
    EXPECT_FALSE(trigger.Offer(FactsAt(1 + i, static_cast<std::uint8_t>(100 + i)))) << i;
  }
  EXPECT_TRUE(trigger.Offer(FactsAt(30, 200)));
  EXPECT_FALSE(trigger.Offer(FactsAt(30.5, 100))) << "not due";
}

// So many frames, half a second apart, each time that it is read; then it ends or fails.
class CountedSource final : public VideoSource {
 public:
  CountedSource(int frames, bool fails) : frames_(frames), fails_(fails) {}

  Result<std::unique_ptr<FrameStream>> Read(const FrameRequest&) const override {
    ++reads;
    return std::unique_ptr<FrameStream>(std::make_unique<CountedStream>(frames_, fails_));
  }

  mutable std::atomic<int> reads = 0;

 private:
  class CountedStream final : public FrameStream {
   public:
    CountedStream(int frames, bool fails) : frames_(frames), fails_(fails) {}
    const VideoInfo& info() const override { return info_; }
    std::optional<double> end_seconds() const override { return std::nullopt; }
    Result<std::optional<VideoFrame>> Next() override {
      if (next_ < frames_) {
        return std::optional(VideoFrame{.seconds = 0.5 * next_++, .image = Image(16, 9)});
      }
      if (fails_) return Error{ErrorCode::kIo, "cut"};
      return std::optional<VideoFrame>();
    }

   private:
    int frames_;
    bool fails_;
    int next_ = 0;
    VideoInfo info_;
  };

  int frames_;
  bool fails_;
};

bool Never() { return false; }

TEST(LiveFrames, AFileSkipsNothing) {
  const CountedSource source(5, false);
  LiveFrames frames(source, {.trigger = {.every_seconds = 0.5}}, Never);
  for (int i = 0; i < 5; ++i) {
    const auto frame = frames.Next();
    ASSERT_TRUE(frame && *frame) << i;
    EXPECT_EQ((*frame)->frame.seconds, 0.5 * i);
    EXPECT_EQ((*frame)->skipped, 0);
  }
  const auto end = frames.Next();
  ASSERT_TRUE(end);
  EXPECT_FALSE(*end);
  EXPECT_EQ(source.reads, 1);
}

TEST(LiveFrames, AnErrorOfAFileComesAfterItsFrames) {
  const CountedSource source(1, true);
  LiveFrames frames(source, {}, Never);
  EXPECT_TRUE(*frames.Next());
  const auto end = frames.Next();
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().message, "cut");
}

// The stream has ended when the first frame is taken: it is the last one, and says what it skips.
TEST(LiveFrames, OfAStreamTheLatestFrameWins) {
  const CountedSource source(5, false);
  std::atomic<int> troubles = 0;
  std::atomic<bool> is_over = false;
  LiveOptions options = {.trigger = {.every_seconds = 0.5}, .is_live = true, .reopens = true};
  options.on_trouble = [&](const Error& error, int wait_seconds) {
    EXPECT_EQ(error.message, "expected more of the stream, found its end");
    EXPECT_EQ(wait_seconds, 1);
    ++troubles;
  };
  LiveFrames frames(source, options, [&] { return is_over.load(); });
  while (troubles == 0) std::this_thread::yield();
  const auto frame = frames.Next();
  ASSERT_TRUE(frame && *frame);
  EXPECT_EQ((*frame)->frame.seconds, 2);
  EXPECT_EQ((*frame)->skipped, 4);
  // It is opened again.
  const auto again = frames.Next();
  ASSERT_TRUE(again && *again);
  EXPECT_GE(source.reads, 2);
  is_over = true;
  EXPECT_FALSE(*frames.Next());
}

}  // namespace
}  // namespace edgevlm
