// What the selectors choose of videos whose events are known.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "video/select/select_frames.h"

namespace edgevlm {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A gray frame with a bright square, whose color and position can change.
struct Look {
  std::uint8_t background = 100;
  std::uint8_t square = 220;
  int left = 10;
};

Image Draw(const Look& look) {
  Image image(64, 36);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const bool is_square = 10 <= y && y < 20 && look.left <= x && x < look.left + 10;
      std::fill_n(image.Row(y) + 3 * x, 3, is_square ? look.square : look.background);
    }
  }
  return image;
}

using Film = std::function<Look(double seconds)>;

std::vector<FrameFacts> FactsOf(const Film& film, double seconds, double every) {
  std::vector<FrameFacts> facts;
  for (int i = 0; i * every < seconds; ++i) {
    facts.push_back(MeasureFrame({.seconds = i * every, .image = Draw(film(i * every))}));
  }
  return facts;
}

std::vector<double> Chosen(const FrameSelector& selector, const std::vector<FrameFacts>& facts,
                           double seconds, int count) {
  return selector.Choose(
      {.from_seconds = 0, .to_seconds = seconds, .count = count, .facts = facts});
}

TEST(FrameFacts, EqualFramesDoNotDiffer) {
  const FrameFacts a = MeasureFrame({.image = Draw({})}), b = MeasureFrame({.image = Draw({})});
  EXPECT_EQ(MeanBlockChange(a, b), 0);
  EXPECT_EQ(LargestBlockChange(a, b), 0);
  EXPECT_EQ(HistogramChange(a, b), 0);
}

TEST(FrameFacts, AMovedSquareChangesItsBlocks) {
  const FrameFacts a = MeasureFrame({.image = Draw({.left = 8})}),
                   b = MeasureFrame({.image = Draw({.left = 40})});
  EXPECT_NEAR(LargestBlockChange(a, b), 120.0 / 255, 1e-6) << "a block all of the square";
  EXPECT_NEAR(HistogramChange(a, b), 0, 1e-6) << "the colors are the same";
  // 100 of 2304 pixels in either place.
  EXPECT_NEAR(MeanBlockChange(a, b), 2 * 100.0 / 2304 * 120 / 255, 1e-5);
}

TEST(FrameFacts, AFrameOfOnePixelCanBeMeasured) {
  const FrameFacts facts = MeasureFrame({.image = Image(1, 1)});
  EXPECT_EQ(facts.histogram[0], 1);
  EXPECT_EQ(facts.sharpness, 0);
}

TEST(UniformSelector, TakesTheMiddleOfEachPart) {
  EXPECT_THAT(Chosen(*MakeUniformSelector(), {}, 8, 4), ElementsAre(1, 3, 5, 7));
  EXPECT_THAT(Chosen(*MakeUniformSelector(), {}, 8, 1), ElementsAre(4));
  EXPECT_THAT(Chosen(*MakeUniformSelector(), {}, 0, 4), ElementsAre(0)) << "a single frame";
}

TEST(RateSelector, SpreadsEvenlyWhatIsTooMuch) {
  EXPECT_THAT(Chosen(*MakeRateSelector(0.5), {}, 5, 8), ElementsAre(0, 2, 4));
  EXPECT_THAT(Chosen(*MakeRateSelector(100), {}, 8, 4), ElementsAre(1, 3, 5, 7));
}

// Two cuts at 2 and 3 seconds of 12: uniform frames see the short shot by luck only.
TEST(SceneSelector, SeesEveryShot) {
  const Film film = [](double seconds) {
    return Look{.background = static_cast<std::uint8_t>(seconds < 2 ? 60 : seconds < 3 ? 160 : 20)};
  };
  const auto facts = FactsOf(film, 12, 0.25);
  const auto times = Chosen(*MakeSceneSelector(), facts, 12, 3);
  ASSERT_EQ(times.size(), 3U);
  EXPECT_LT(times[0], 2);
  EXPECT_THAT(times[1], DoubleNear(2.5, 0.49));
  EXPECT_GT(times[2], 3);
  // More frames than shots: the longest shot is divided.
  const auto four = Chosen(*MakeSceneSelector(), facts, 12, 4);
  EXPECT_EQ(std::ranges::count_if(four, [](double time) { return time > 3; }), 2);
}

TEST(SceneSelector, PrefersTheMostDistinctCuts) {
  const Film film = [](double seconds) {
    return Look{.background = static_cast<std::uint8_t>(seconds < 3   ? 60
                                                        : seconds < 4 ? 70
                                                        : seconds < 5 ? 80
                                                                      : 250)};
  };
  const auto times = Chosen(*MakeSceneSelector(), FactsOf(film, 10, 0.25), 10, 2);
  ASSERT_EQ(times.size(), 2U);
  EXPECT_LT(times[0], 5);
  EXPECT_GE(times[1], 5);
}

TEST(SceneSelector, TakesTheSharpFrame) {
  std::vector<FrameFacts> facts = FactsOf([](double) { return Look{}; }, 10, 1);
  facts[6].sharpness += 0.1f;
  EXPECT_THAT(Chosen(*MakeSceneSelector(), facts, 10, 1), ElementsAre(6));
}

// The square rests but from 6 to 8 seconds.
TEST(MotionSelector, LooksWhereSomethingMoves) {
  const Film film = [](double seconds) {
    const double way = std::clamp((seconds - 6) / 2, 0.0, 1.0);
    return Look{.left = static_cast<int>(2 + 48 * way)};
  };
  const auto facts = FactsOf(film, 20, 0.125);
  const auto times = Chosen(*MakeMotionSelector(), facts, 20, 8);
  ASSERT_EQ(times.size(), 8U);
  EXPECT_TRUE(std::ranges::is_sorted(times));
  EXPECT_GE(std::ranges::count_if(times, [](double time) { return 6 <= time && time <= 8.2; }), 5);
}

TEST(MotionSelector, ASuddenChangeIsSeenFromBothSides) {
  const Film film = [](double seconds) {
    return Look{.square = seconds < 5 ? std::uint8_t{220} : std::uint8_t{10}};
  };
  const auto times = Chosen(*MakeMotionSelector(), FactsOf(film, 10, 0.25), 10, 4);
  EXPECT_EQ(times.size(), 4U);
  EXPECT_THAT(times, ::testing::IsSupersetOf({4.75, 5.0}));
}

TEST(MotionSelector, AStillVideoIsSpreadEvenly) {
  const auto facts = FactsOf([](double) { return Look{}; }, 9, 1);
  EXPECT_THAT(Chosen(*MakeMotionSelector(), facts, 9, 2), ElementsAre(2, 6));
  EXPECT_EQ(Chosen(*MakeMotionSelector(), facts, 9, 20).size(), 9U) << "no frame twice";
}

TEST(ParseSelector, ReadsAllForms) {
  EXPECT_EQ(ParseSelector("auto")->count, 0);
  EXPECT_EQ(ParseSelector("uniform:8")->count, 8);
  EXPECT_EQ(ParseSelector("fps:0.5")->frames_per_second, 0.5);
  EXPECT_EQ(ParseSelector("scene")->name, "scene");
  for (const char* text : {"", "none", "fps", "fps:", "fps:0", "fps:-1", "fps:1x", "fps:1000",
                           "uniform:0", "uniform:x", "uniform:", "uniform:1.5", "scene:99999"}) {
    const auto choice = ParseSelector(text);
    ASSERT_FALSE(choice) << text;
    EXPECT_THAT(choice.error().message, HasSubstr("uniform[:N]")) << text;
  }
}

TEST(AutoSelector, LooksForScenesWhereFramesAreRare) {
  EXPECT_STREQ(AutoSelector(8, 8), "uniform");
  EXPECT_STREQ(AutoSelector(60, 8), "scene");
  EXPECT_STREQ(AutoSelector(600, 32), "uniform");
}

// A video in memory, with a frame each quarter of a second.
class FilmStream final : public FrameStream {
 public:
  FilmStream(VideoInfo info, std::vector<VideoFrame> frames)
      : info_(std::move(info)), frames_(std::move(frames)) {}
  const VideoInfo& info() const override { return info_; }
  std::optional<double> end_seconds() const override { return end_; }
  Result<std::optional<VideoFrame>> Next() override {
    if (next_ < frames_.size()) return std::optional(frames_[next_++]);
    end_ = info_.width == 0 ? std::nullopt : std::optional(8.0);
    return std::optional<VideoFrame>();
  }

 private:
  VideoInfo info_;
  std::vector<VideoFrame> frames_;
  std::size_t next_ = 0;
  std::optional<double> end_;
};

// 8 seconds, whatever it states.
class FilmSource final : public VideoSource {
 public:
  FilmSource(Film film, double stated) : film_(std::move(film)), stated_(stated) {}
  Result<std::unique_ptr<FrameStream>> Read(const FrameRequest& request) const override {
    std::vector<VideoFrame> frames;
    const auto add = [&](double seconds) {
      frames.push_back({.seconds = seconds, .image = Draw(film_(seconds))});
    };
    for (const double time : request.times) {
      if (time < 8) add(time);
    }
    for (int i = 0; i < 32 && request.times.empty(); ++i) {
      const double seconds = i * 0.25;
      if (request.from_seconds <= seconds && seconds <= request.to_seconds) add(seconds);
    }
    return std::unique_ptr<FrameStream>(std::make_unique<FilmStream>(
        VideoInfo{.width = 64, .height = 36, .seconds = stated_}, std::move(frames)));
  }

 private:
  Film film_;
  double stated_;
};

std::vector<double> TimesOf(const Result<SelectedFrames>& selected) {
  std::vector<double> times;
  if (!selected) return times;
  for (const VideoFrame& frame : selected->frames) times.push_back(frame.seconds);
  return times;
}

Look Moving(double seconds) { return {.left = static_cast<int>(6 * seconds)}; }

TEST(SelectFrames, ReadsTheChosenTimes) {
  const FilmSource source(Moving, 8);
  const auto selected = SelectFrames(source, {.selector = *ParseSelector("uniform:4")});
  EXPECT_THAT(TimesOf(selected), ElementsAre(1, 3, 5, 7));
  EXPECT_EQ(selected->seconds, 8);
  EXPECT_THAT(
      TimesOf(SelectFrames(
          source, {.selector = *ParseSelector("uniform:2"), .from_seconds = 2, .to_seconds = 6})),
      ElementsAre(3, 5));
}

TEST(SelectFrames, AStatedLengthIsNotBelieved) {
  EXPECT_THAT(
      TimesOf(SelectFrames(FilmSource(Moving, 80), {.selector = *ParseSelector("uniform:4")})),
      ElementsAre(1, 3, 5, 7));
  EXPECT_THAT(
      TimesOf(SelectFrames(FilmSource(Moving, 0), {.selector = *ParseSelector("uniform:4")})),
      ElementsAre(1, 3, 5, 7))
      << "not stated";
}

TEST(SelectFrames, AutoLeavesOutWhatLooksTheSame) {
  const FilmSource source([](double) { return Look{}; }, 8);
  const auto selected = SelectFrames(source, {});
  ASSERT_TRUE(selected);
  EXPECT_EQ(selected->selector, "uniform");
  EXPECT_EQ(selected->frames.size(), 1U);
  EXPECT_EQ(selected->near_duplicates, 7);
  // Who asks for a number gets it.
  EXPECT_EQ(SelectFrames(source, {.selector = *ParseSelector("auto:8")})->frames.size(), 8U);
}

TEST(SelectFrames, AutoKeepsToTheRateOfTheModel) {
  const auto selected = SelectFrames(FilmSource(Moving, 8), {.most_frames_per_second = 0.5});
  EXPECT_EQ(selected->frames.size(), 4U);
}

// A judge that fits frames like this.
FrameJudge JudgeWith(std::vector<float> (*fits)(std::span<const VideoFrame>)) {
  FrameJudge judge = {.may_choose = true};
  judge.fits = [fits](std::span<const VideoFrame> frames) { return fits(frames); };
  return judge;
}

std::vector<float> LaterIsBetter(std::span<const VideoFrame> frames) {
  std::vector<float> fits;
  for (const VideoFrame& frame : frames) fits.push_back(static_cast<float>(frame.seconds / 8));
  return fits;
}

TEST(SelectFrames, QueryTakesTheFramesThatFit) {
  const FilmSource source(Moving, 8);
  SelectionOptions options = {.selector = *ParseSelector("query:2"),
                              .judge = JudgeWith(LaterIsBetter)};
  const auto all = SelectFrames(source, {.selector = *ParseSelector("scene:16")});
  const std::vector<double> candidates = TimesOf(all);
  ASSERT_EQ(candidates.size(), 16U);
  auto selected = SelectFrames(source, options);
  ASSERT_TRUE(selected);
  EXPECT_EQ(selected->selector, "query");
  EXPECT_THAT(TimesOf(selected), ElementsAre(candidates[14], candidates[15]));
  // Pairs stay together.
  options.judge.in_pairs = true;
  options.judge.fits = [](std::span<const VideoFrame> frames) {
    std::vector<float> fits(frames.size() / 2);
    fits[3] = 1;
    return Result<std::vector<float>>(fits);
  };
  EXPECT_THAT(TimesOf(SelectFrames(source, options)), ElementsAre(candidates[6], candidates[7]));
  EXPECT_EQ(MostFramesAtOnce(options), 16);
}

TEST(SelectFrames, QueryLeavesOutWhatTheModelSeesTwice) {
  const FilmSource source(Moving, 8);
  SelectionOptions options = {.selector = *ParseSelector("query:2"),
                              .judge = JudgeWith(LaterIsBetter)};
  const std::vector<double> candidates =
      TimesOf(SelectFrames(source, {.selector = *ParseSelector("scene:16")}));
  options.judge.likeness = [](std::span<const VideoFrame> frames) {
    std::vector<float> likeness(frames.size());
    likeness.back() = 1;
    return Result<std::vector<float>>(likeness);
  };
  EXPECT_THAT(TimesOf(SelectFrames(source, options)), ElementsAre(candidates[13], candidates[14]));
  // Other selectors as well, unless a number is asked for.
  options.selector = *ParseSelector("uniform");
  const auto fewer = SelectFrames(source, options);
  EXPECT_EQ(fewer->frames.size(), 7U);
  EXPECT_EQ(fewer->near_duplicates, 1);
  options.selector = *ParseSelector("uniform:8");
  EXPECT_EQ(SelectFrames(source, options)->frames.size(), 8U);
}

TEST(SelectFrames, AQuestionThatLooksForNothingGetsScenes) {
  const FilmSource source(Moving, 8);
  const FrameJudge judge =
      JudgeWith([](std::span<const VideoFrame>) { return std::vector<float>(); });
  const auto selected =
      SelectFrames(source, {.selector = *ParseSelector("query:4"), .judge = judge});
  ASSERT_TRUE(selected);
  EXPECT_EQ(selected->selector, "scene");
  EXPECT_EQ(selected->frames.size(), 4U);
  const auto without = SelectFrames(source, {.selector = *ParseSelector("query:4")});
  ASSERT_FALSE(without);
  EXPECT_EQ(without.error().message, "--frames: query: expected a question, found none");
}

TEST(SelectFrames, AutoComparesWhereItPays) {
  const FilmSource source(Moving, 8);
  const auto selector_of = [&](int count, bool may_choose) {
    SelectionOptions options = {.budget_frames = count, .judge = JudgeWith(LaterIsBetter)};
    options.judge.may_choose = may_choose;
    return SelectFrames(source, options)->selector;
  };
  EXPECT_EQ(selector_of(4, true), "query");
  EXPECT_EQ(selector_of(4, false), "scene");
  EXPECT_EQ(selector_of(8, true), "uniform") << "nothing can be missed";
}

TEST(SelectFrames, ARangeBeyondTheEndIsAnError) {
  const FilmSource source(Moving, 8);
  const auto late = SelectFrames(source, {.from_seconds = 9});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().message,
            "--from: expected a time before the end of the video, 8.00 s, found 9.00 s");
  EXPECT_FALSE(SelectFrames(source, {.from_seconds = 5, .to_seconds = 4}));
}

}  // namespace
}  // namespace edgevlm
