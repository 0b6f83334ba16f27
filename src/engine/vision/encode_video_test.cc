// Videos in prompts: pairs of frames, grids with time, texts between frames.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/golden_files.h"
#include "edgevlm/count_tokens.h"
#include "engine/testing/tiny_engine.h"
#include "engine/vision/query_words.h"
#include "image/decode.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

Engine Family(const std::string& name, EngineOptions options = {},
              const std::string& decoder = "") {
  options.threads = 2;
  options.mmproj = GoldenPath("families/" + name + "-mmproj.gguf");
  Result<Engine> engine = Engine::Load(
      GoldenPath("families/" + (decoder.empty() ? name : decoder) + "-text.gguf"), options);
  CHECK(engine.ok());
  return *std::move(engine);
}

Image GoldenImage(const std::string& name) {
  auto image = Decode(OpenGolden("families/" + name).bytes(), DecodeLimits());
  CHECK(image.ok());
  return *std::move(image);
}

// Frames that alternate between two images of the same size.
class Frames {
 public:
  explicit Frames(std::vector<double> times) : times_(std::move(times)) {}

  std::vector<FrameView> views() const {
    std::vector<FrameView> views;
    for (const double seconds : times_) {
      const Image& image = views.size() % 2 == 0 ? first_ : second_;
      views.push_back({.pixels = {image.width, image.height, image.pixels}, .seconds = seconds});
    }
    return views;
  }

 private:
  std::vector<double> times_;
  Image first_ = GoldenImage("qwen2vl.png");
  Image second_ = GoldenImage("qwen2vl-frame2.png");
};

double Cosine(std::span<const float> a, std::span<const float> b) {
  double dot = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    dot += double{a[i]} * b[i];
    aa += double{a[i]} * a[i];
    bb += double{b[i]} * b[i];
  }
  return dot / std::sqrt(aa * bb);
}

constexpr int kGoldenTokens = 7 * 10;

// The pair has the embeddings of the models' own code; a still image has others.
TEST(EncodeVideo, APairIsOneGrid) {
  const Engine engine = Family("qwen2vl", {.precision = Precision::kFloat32});
  Session session(engine);
  const Frames frames({0, 0.5});
  const auto video = session.EncodeVideo(frames.views(), {.frame_tokens = kGoldenTokens});
  ASSERT_TRUE(video) << video.error().message;
  ASSERT_EQ(video->parts.size(), 1U);
  const EncodedImage& pair = *video->parts[0].image;
  EXPECT_EQ(pair.pieces[0].grid, (TokenGrid{.frames = 1, .rows = 7, .cols = 10}));
  const std::vector<float> expected = GoldenFloats("families/qwen2vl-pair.embd.f32");
  ASSERT_EQ(pair.embeddings.size(), expected.size());
  EXPECT_GE(Cosine(pair.embeddings, expected), 0.9999);
}

TEST(EncodeVideo, PairsBecomeOneGridWithTime) {
  const Engine engine = Family("qwen2vl");
  Session session(engine);
  const auto video = session.EncodeVideo(Frames({0, 1, 5, 6, 7}).views(), {.frame_tokens = 20});
  ASSERT_TRUE(video) << video.error().message;
  ASSERT_EQ(video->parts.size(), 1U);
  const TokenGrid grid = video->parts[0].image->pieces[0].grid;
  EXPECT_EQ(grid.frames, 3) << "the odd last frame is a pair with itself";
  EXPECT_EQ(grid.frame_step, 1);
  EXPECT_LE(grid.rows * grid.cols, 20);
  EXPECT_EQ(video->tokens, grid.tokens());
  Message message = {.role = Role::kUser, .parts = video->parts};
  message.parts.push_back({.text = "what happens?"});
  const auto reply = session.Chat({&message, 1}, {.max_tokens = 4});
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_GT(reply->prompt_tokens, video->tokens);
}

// Two positions a second, between the means of the pairs.
TEST(EncodeVideo, Qwen25CountsSeconds) {
  const Engine engine = Family("qwen25vl", {}, "qwen2vl");
  Session session(engine);
  const auto video = session.EncodeVideo(Frames({0, 1, 4, 5}).views(), {.frame_tokens = 20});
  ASSERT_TRUE(video) << video.error().message;
  EXPECT_EQ(video->parts[0].image->pieces[0].grid.frame_step, 8);
}

TEST(EncodeVideo, Qwen3HasATimeBeforeEachPair) {
  const Engine engine = Family("qwen3vl");
  Session session(engine);
  const auto video = session.EncodeVideo(Frames({0, 1, 2}).views(), {.frame_tokens = 20});
  ASSERT_TRUE(video) << video.error().message;
  ASSERT_EQ(video->parts.size(), 4U);
  EXPECT_EQ(video->parts[0].text, "<0.5 seconds>");
  EXPECT_NE(video->parts[1].image, nullptr);
  EXPECT_EQ(video->parts[2].text, "<2.0 seconds>");
  EXPECT_EQ(video->parts[3].image->pieces[0].grid.frames, 1);
}

// A request with a video has the prompt that a session writes of the encoded one.
TEST(EncodeVideo, TokensAreCountedWithoutEncoding) {
  for (const char* family : {"qwen2vl", "qwen3vl"}) {
    const Engine engine = Family(family);
    Session session(engine);
    const Frames frames({0, 1, 2});
    const VideoOptions options = {.frame_tokens = 20};
    const auto encoded = session.EncodeVideo(frames.views(), options);
    ASSERT_TRUE(encoded) << encoded.error().message;
    const Message message = {.role = Role::kUser, .parts = encoded->parts};
    const auto reply = session.Chat({&message, 1}, {.max_tokens = 1});
    ASSERT_TRUE(reply) << reply.error().message;
    auto video = std::make_shared<RequestVideo>();
    video->options = options;
    for (const FrameView& frame : frames.views()) {
      const auto [width, height, rgb] = frame.pixels;
      video->frames.push_back({.width = width,
                               .height = height,
                               .rgb = {rgb.begin(), rgb.end()},
                               .seconds = frame.seconds});
    }
    const RequestMessage request = {.role = Role::kUser, .parts = {{.video = video}}};
    const auto tokens = CountPromptTokens(engine, {&request, 1});
    ASSERT_TRUE(tokens) << tokens.error().message;
    EXPECT_EQ(*tokens, reply->prompt_tokens) << family;
  }
}

TEST(EncodeVideo, FramesOfACacheAreNotEncodedAgain) {
  const Engine engine = Family("qwen3vl", {.image_cache_bytes = 1 << 24});
  Session session(engine);
  const auto first = session.EncodeVideo(Frames({0, 1, 2, 3}).views(), {.frame_tokens = 20});
  ASSERT_TRUE(first);
  EXPECT_GT(first->timings.encode_ms, 0);
  // The same frames at other times.
  const auto again = session.EncodeVideo(Frames({5, 6}).views(), {.frame_tokens = 20});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->timings.encode_ms, 0);
  EXPECT_EQ(again->parts[1].image, first->parts[1].image);
  // Another size is another image.
  const auto other = session.EncodeVideo(Frames({5, 6}).views(), {.frame_tokens = 40});
  EXPECT_GT(other->timings.encode_ms, 0);
}

TEST(CompareFrames, NeighborsAreAsAlikeAsTheirEmbeddings) {
  for (const char* family : {"qwen3vl", "internvl"}) {
    const Engine engine = Family(family, {.image_cache_bytes = 1 << 24});
    const bool in_pairs = engine.info().has_frame_pairs;
    const Frames film({0, 1, 2, 3});
    const auto frames = film.views();
    const auto likeness = engine.CompareNeighbors(frames);
    ASSERT_TRUE(likeness) << likeness.error().message;
    ASSERT_EQ(likeness->size(), in_pairs ? 2U : 4U) << family;
    EXPECT_EQ(likeness->front(), 0);
    // Two equal pairs, or images that differ.
    EXPECT_LE((*likeness)[1], in_pairs ? 1.000001F : 0.999F) << family;
    EXPECT_GE((*likeness)[1], in_pairs ? 0.999999F : -1.0F) << family;
    // The frames are encoded once.
    Session session(engine);
    const auto video = session.EncodeVideo(frames);
    ASSERT_TRUE(video) << video.error().message;
    EXPECT_EQ(video->timings.encode_ms, 0) << family;
  }
}

TEST(CompareFrames, WithAQuestionEachUnitHasACosine) {
  const Engine engine = Family("qwen3vl", {.image_cache_bytes = 1 << 24});
  const Frames film({0, 1, 2, 3, 4});
  const auto frames = film.views();
  const auto fits = engine.CompareWithQuestion(frames, "where is the red ball?");
  ASSERT_TRUE(fits) << fits.error().message;
  ASSERT_EQ(fits->size(), 3U);
  EXPECT_NEAR((*fits)[0], (*fits)[1], 1e-5) << "equal pairs";
  for (const float fit : *fits) EXPECT_LE(std::abs(fit), 1.00001F);
  EXPECT_TRUE(engine.CompareWithQuestion(frames, "what happens?")->empty());
  // One frame has nothing that others lack.
  EXPECT_THAT(*engine.CompareWithQuestion(Frames({0}).views(), "a ball"), testing::ElementsAre(0));
}

TEST(CompareFrames, AModelForOneImageComparesToo) {
  const Result<Engine> engine = Engine::LoadBuiltin({.threads = 2, .image_cache_bytes = 1 << 24});
  ASSERT_TRUE(engine);
  const Frames film({0, 1, 2});
  const auto frames = film.views();
  const auto fits = engine->CompareWithQuestion(frames, "is there a ball?");
  ASSERT_TRUE(fits) << fits.error().message;
  EXPECT_EQ(fits->size(), 3U);
  // What was compared is not encoded again, as the same pixels or as a file of them.
  const auto misses = engine->image_cache().misses;
  Session session(*engine);
  ASSERT_FALSE(session.SetImage(frames[0].pixels));
  EXPECT_EQ(engine->image_cache().misses, misses);
}

TEST(CompareFrames, BadInputIsAnError) {
  const Engine engine = Family("qwen3vl");
  EXPECT_THAT(engine.CompareNeighbors({}).error().message, HasSubstr("found none"));
  EXPECT_THAT(engine.CompareWithQuestion({}, "a ball").error().message, HasSubstr("found none"));
  EXPECT_EQ(engine.CompareWithQuestion(Frames({0}).views(), "ball \xff").error().code,
            ErrorCode::kInvalid);
  const CompareOptions cancelled = {.is_cancelled = [] { return true; }};
  EXPECT_EQ(engine.CompareNeighbors(Frames({0, 1}).views(), cancelled).error().code,
            ErrorCode::kCancelled);
}

TEST(QueryWords, AreThoseThatNameSomething) {
  EXPECT_EQ(QueryWords("Where is the RED ball?"), "red ball");
  EXPECT_EQ(QueryWords("what happens?"), "");
  EXPECT_EQ(QueryWords("Describe the video in one short sentence."), "");
  EXPECT_EQ(QueryWords("isn't that the dog's t-shirt?"), "dog t-shirt");
  EXPECT_EQ(QueryWords("o\u00f9 est le v\u00e9lo?"), "o\u00f9 est le v\u00e9lo");
  EXPECT_EQ(QueryWords(""), "");
  EXPECT_EQ(QueryWords("'' ?! '"), "");
}

TEST(EncodeVideo, BadFramesAreErrors) {
  const Engine engine = Family("qwen2vl", {.context_tokens = 256});
  Session session(engine);
  const auto error_of = [&](const std::vector<FrameView>& frames, const VideoOptions& options) {
    const auto video = session.EncodeVideo(frames, options);
    return video ? "" : video.error().message;
  };
  EXPECT_THAT(error_of({}, {}), HasSubstr("expected frames, found none"));
  EXPECT_THAT(error_of(Frames({1, 0}).views(), {}), HasSubstr("expected a time after"));
  std::vector<FrameView> views = Frames({0, 1}).views();
  EXPECT_THAT(error_of(Frames({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}).views(), {}),
              HasSubstr("video: expected at most 254 tokens"));
  views[1].pixels.width -= 1;
  EXPECT_THAT(error_of(views, {}), HasSubstr("pixels like the first"));
  views.resize(1);
  views[0].pixels.rgb = views[0].pixels.rgb.first(3);
  EXPECT_THAT(error_of(views, {}), HasSubstr("bytes, found 3"));
}

TEST(EncodeVideo, AModelForOneImageHasNone) {
  const Engine engine = TinyEngine();
  EXPECT_TRUE(engine.info().has_one_image);
  Session session(engine);
  const auto video = session.EncodeVideo(Frames({0}).views());
  ASSERT_FALSE(video);
  EXPECT_EQ(video.error().code, ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace edgevlm
