// What holds for images whose tokens have the positions of a grid: rows of the cache and positions
// then differ.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "base/testing/golden_files.h"
#include "decode/batch.h"
#include "edgevlm/count_tokens.h"
#include "edgevlm/scheduler.h"
#include "engine/engine_state.h"
#include "engine/prompt/token_list.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

constexpr int kTokensOfFirst = 70;

// With greedy decoding, a random model repeats itself; these draws make replies differ.
const DecodeOptions kVaried = {.max_tokens = 30, .temperature = 1.5f, .seed = 4};

Result<Engine> LoadQwen(const std::string& name, EngineOptions options = {}) {
  if (options.threads == 0) options.threads = 2;
  options.mmproj = GoldenPath("families/" + name + "-mmproj.gguf");
  return Engine::Load(GoldenPath("families/" + name + "-text.gguf"), options);
}

Engine Qwen(const std::string& name, const EngineOptions& options = {}) {
  Result<Engine> engine = LoadQwen(name, options);
  CHECK(engine.ok());
  return *std::move(engine);
}

std::string QwenError(const EngineOptions& options) {
  const Result<Engine> engine = LoadQwen("qwen2vl", options);
  return engine ? "loaded" : engine.error().message;
}

std::vector<std::byte> GoldenBytes(const std::string& name) {
  const MappedFile file = OpenGolden("families/" + name);
  return {file.bytes().begin(), file.bytes().end()};
}

using ImagePtr = std::shared_ptr<const EncodedImage>;

ImagePtr EncodeGolden(const Engine& engine, const std::string& name) {
  auto image = engine.GetImage(GoldenBytes(name));
  CHECK(image.ok());
  return *image;
}

// Two turns, each with its own image.
std::vector<Message> TwoImages(const Engine& engine, std::string_view last) {
  return {{Role::kUser, {{.image = EncodeGolden(engine, "qwen2vl.png")}, {.text = "what is it?"}}},
          {Role::kAssistant, {{.text = "a thing"}}},
          {Role::kUser,
           {{.text = "and "},
            {.image = EncodeGolden(engine, "prep.png")},
            {.text = std::string(last)}}}};
}

class ImageGrid : public testing::TestWithParam<const char*> {};

// What a session holds of a prompt is reused: the rows behind both images must then get the
// positions that a new session gives them.
TEST_P(ImageGrid, ReusedPrefixesKeepTheirPositions) {
  const Engine engine = Qwen(GetParam(), {.prefix_cache_bytes = 1 << 24});
  Session session(engine), fresh(engine);
  ASSERT_TRUE(session.Chat(TwoImages(engine, "where is it?"), kVaried));
  const auto reply = session.Chat(TwoImages(engine, "how many are there?"), kVaried);
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_GT(reply->reused_tokens, kTokensOfFirst);
  engine.ClearCaches();
  const auto expected = fresh.Chat(TwoImages(engine, "how many are there?"), kVaried);
  EXPECT_EQ(expected->reused_tokens, 0);
  EXPECT_EQ(reply->text, expected->text);
  // Another session takes both images from the prefix cache.
  Session other(engine);
  const auto shared = other.Chat(TwoImages(engine, "how many are there?"), kVaried);
  EXPECT_GT(shared->reused_tokens, kTokensOfFirst);
  EXPECT_EQ(shared->text, expected->text);
}

// How a prompt is cut into passes, also inside an image, does not change a bit.
TEST_P(ImageGrid, ChunksChangeNoBit) {
  const Engine engine = Qwen(GetParam());
  const Model& model = StateOf(engine).model;
  const ImagePtr image = EncodeGolden(engine, "qwen2vl.png");
  const std::vector<int> tokens = {1, 15, kImageToken, 300, 2};
  const auto list = CutAtImage(model, tokens, image.get(), 200);
  ASSERT_TRUE(list) << list.error().message;
  ThreadPool pool(2);
  const auto logits_of = [&](int chunk) {
    Sequence sequence(*model.decoder, list->rows);
    Batch batch(*model.decoder);
    std::vector<float> logits(static_cast<std::size_t>(model.info.vocabulary_tokens));
    const View<float> row(logits.data(), 1, model.info.vocabulary_tokens);
    InputCursor rest(list->inputs);
    while (rest.rows() > 0) {
      const Input next = rest.Next(chunk);
      const int wanted = rest.rows() == 0 ? 1 : 0;
      batch.Add(sequence, next, wanted);
      batch.Forward(row.Rows(0, wanted), {.pool = pool});
    }
    EXPECT_LT(sequence.rotary_shift(), 0);
    return logits;
  };
  const std::vector<float> whole = logits_of(1000);
  EXPECT_EQ(logits_of(7), whole);
  EXPECT_EQ(logits_of(1), whole);
}

TEST_P(ImageGrid, SavedSessionsContinue) {
  const Engine engine = Qwen(GetParam());
  Session session(engine), restored(engine);
  std::vector<Message> messages = TwoImages(engine, "where is it?");
  ASSERT_TRUE(session.Chat(messages, kVaried));
  const auto bytes = session.Save(messages);
  ASSERT_TRUE(bytes) << bytes.error().message;
  const auto found = restored.Restore(*bytes);
  ASSERT_TRUE(found) << found.error().message;
  messages.back().parts.back().text = "how many?";
  const auto expected = session.Chat(messages, kVaried), reply = restored.Chat(messages, kVaried);
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->text, expected->text);
  EXPECT_EQ(reply->reused_tokens, expected->reused_tokens);
}

TEST_P(ImageGrid, DraftsChangeNothing) {
  const DecodeOptions greedy = {.max_tokens = 30, .repetition_penalty = 1.3f};
  const Engine plain = Qwen(GetParam());
  Session session(plain);
  const auto expected = session.Chat(TwoImages(plain, "where is it?"), greedy);
  for (const char* drafter : {"ngram", "self:1"}) {
    const Engine engine =
        Qwen(GetParam(), {.speculation = {.drafter = drafter, .draft_tokens = 3}});
    Session drafting(engine);
    const auto reply = drafting.Chat(TwoImages(engine, "where is it?"), greedy);
    if (drafter != std::string_view("ngram")) {
      EXPECT_GT(reply->drafted_tokens, 0);
    }
    EXPECT_EQ(reply->text, expected->text) << drafter;
  }
}

// The first question does not change the reply to the second, whatever the policy evicts.
TEST_P(ImageGrid, EveryCachePolicyWorks) {
  for (const char* cache : {"q8_0", "q4", "gear", "snapkv:200", "pyramid:200", "window:200"}) {
    EngineOptions options = {.image_max_tokens = 80};
    options.cache = *ParseCacheOptions(cache);
    const Engine engine = Qwen(GetParam(), options);
    Session both(engine), second(engine);
    ASSERT_TRUE(both.Chat(TwoImages(engine, "where is it?"), kVaried)) << cache;
    const auto reply = both.Chat(TwoImages(engine, "how many are there?"), kVaried);
    EXPECT_EQ(reply->text, second.Chat(TwoImages(engine, "how many are there?"), kVaried)->text)
        << cache;
  }
}

TEST_P(ImageGrid, TokensMayExitEarly) {
  EngineOptions options;
  options.early_exit = {.mode = EarlyExit::kExit, .layers = {1}, .threshold = 0.01f};
  const Engine engine = Qwen(GetParam(), options);
  Session session(engine);
  const auto reply = session.Chat(TwoImages(engine, "where is it?"), kVaried);
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_GT(reply->early_tokens, 0);
}

INSTANTIATE_TEST_SUITE_P(Families, ImageGrid, testing::Values("qwen2vl", "qwen3vl"));

// Neighbors of one size are encoded together, of different sizes one after the other.
TEST(ImageGridEncoding, OtherImagesAndThreadsChangeNoBit) {
  for (const char* name : {"qwen2vl", "qwen25vl", "qwen3vl"}) {
    EngineOptions options = {.threads = 3, .image_max_tokens = 200};
    options.mmproj = GoldenPath("families/" + std::string(name) + "-mmproj.gguf");
    const std::string text = std::string(name) == "qwen25vl" ? "qwen2vl" : name;
    const std::string path = GoldenPath("families/" + text + "-text.gguf");
    const auto engine = Engine::Load(path, options);
    options.threads = 1;
    const auto alone = Engine::Load(path, options);
    ASSERT_TRUE(engine && alone);
    std::vector<std::vector<std::byte>> files;
    std::vector<std::span<const std::byte>> views;
    for (const char* file : {"qwen2vl.png", "qwen2vl-frame2.png", "prep.png", "qwen2vl.png"}) {
      files.push_back(GoldenBytes(file));
    }
    for (const auto& file : files) views.emplace_back(file);
    const auto together = engine->EncodeImages(views);
    ASSERT_TRUE(together) << together.error().message;
    for (std::size_t i = 0; i < files.size(); ++i) {
      EXPECT_EQ(alone->EncodeImage(files[i])->embeddings, (*together)[i].embeddings) << name << i;
    }
  }
}

// Waits for the end of a request.
class EndListener final : public ReplyListener {
 public:
  void OnAccepted(int) override {}
  void OnProgress(const Progress&) override {}
  void OnText(const TextPiece&) override {}
  void OnEnd(const Result<RequestReply>& reply) override {
    const std::lock_guard lock(mutex_);
    end_ = reply;
    ended_.notify_all();
  }
  Result<RequestReply> Wait() {
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return end_.has_value(); });
    return *end_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  std::optional<Result<RequestReply>> end_;
};

ReplyRequest RequestAbout(const std::string& file, const ImageLimits& limits) {
  const std::vector<std::byte> bytes = GoldenBytes(file);
  ReplyRequest request;
  request.messages = {{Role::kUser,
                       {{.image = std::make_shared<const std::string>(
                             reinterpret_cast<const char*>(bytes.data()), bytes.size())},
                        {.text = "what is it?"}}}};
  request.decode = kVaried;
  request.image_limits = limits;
  return request;
}

// Requests run together, each with its own number of tokens of the same cached file.
TEST(ImageGridLimits, BelongToARequest) {
  const Engine engine = Qwen("qwen2vl", {.image_max_tokens = 120, .image_cache_bytes = 1 << 24});
  Scheduler scheduler(engine, {});
  const ImageLimits all[] = {{}, {.max_tokens = 40}, {.min_tokens = 90}, {.max_tokens = 40}};
  std::vector<std::shared_ptr<EndListener>> listeners;
  for (const ImageLimits& limits : all) {
    listeners.push_back(std::make_shared<EndListener>());
    ASSERT_TRUE(scheduler.Submit(RequestAbout("prep.png", limits), listeners.back()));
  }
  std::vector<Result<RequestReply>> replies;
  for (const auto& listener : listeners) replies.push_back(listener->Wait());
  for (const auto& reply : replies) ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(replies[0]->image_tokens, 9 * 5);
  EXPECT_EQ(replies[1]->image_tokens, 8 * 4);
  EXPECT_EQ(replies[2]->image_tokens, 13 * 8);
  EXPECT_EQ(replies[3]->image_tokens, 8 * 4);
  EXPECT_TRUE(replies[3]->images[0].is_reused);
  EXPECT_FALSE(replies[2]->images[0].is_reused);
  // A request alone gets the same text.
  Scheduler alone(engine, {});
  const auto listener = std::make_shared<EndListener>();
  ASSERT_TRUE(alone.Submit(RequestAbout("prep.png", {.max_tokens = 40}), listener));
  EXPECT_EQ(listener->Wait()->reply.text, replies[1]->reply.text);
}

std::string RequestError(const Engine& engine, const ImageLimits& limits) {
  const ReplyRequest request = RequestAbout("prep.png", limits);
  const auto tokens = CountPromptTokens(engine, request.messages, limits);
  return tokens ? "counted" : tokens.error().message;
}

TEST(ImageGridLimits, ThatCannotBeKeptToAreRejected) {
  EXPECT_THAT(QwenError({.image_max_tokens = 10, .image_min_tokens = 11}),
              HasSubstr("image_min_tokens: expected at most the maximum of 10, found 11"));
  EngineOptions window;
  window.cache = *ParseCacheOptions("window:200");
  EXPECT_THAT(QwenError(window), HasSubstr("at least the 1024 tokens of one image, found 200"));
  EngineOptions keep;
  keep.vision.keep_tokens = 10;
  EXPECT_THAT(QwenError(keep), HasSubstr("keep-tokens: expected a model with the same number"));
  EngineOptions merge;
  merge.vision.merged_tokens = 2;
  EXPECT_THAT(QwenError(merge), HasSubstr("tome: expected 0 tokens"));

  const Engine engine = Qwen("qwen2vl", {.image_max_tokens = 100});
  EXPECT_EQ(RequestError(engine, {.max_tokens = 101}),
            "image_max_tokens: expected at most 100, found 101");
  EXPECT_EQ(RequestError(engine, {.min_tokens = 50, .max_tokens = 49}),
            "image_min_tokens: expected at most the maximum of 49, found 50");
  const Engine small = Qwen("qwen2vl", {.context_tokens = 64});
  EXPECT_THAT(small.EncodeImage(GoldenBytes("qwen2vl.png")).error().message,
              HasSubstr("image: expected at most 62 tokens, found 70"));
}

std::string SizeError(const Engine& engine, int width, int height, int& tokens) {
  const std::vector<std::uint8_t> rgb(static_cast<std::size_t>(3 * width * height), 100);
  const auto image = engine.EncodeImage(PixelsView{width, height, rgb});
  if (!image) return image.error().message;
  tokens = image->tokens;
  return "encoded";
}

TEST(ImageGridLimits, ImagesOfAnySizeAreEncodedOrRejected) {
  const Engine engine = Qwen("qwen2vl", {.image_max_tokens = 200});
  int tokens = 0;
  EXPECT_EQ(SizeError(engine, 1, 4000, tokens),
            "image: expected a side at most 200 times as long as the other, found 1 x 4000 pixels");
  EXPECT_THAT(SizeError(engine, 4000, 1, tokens), HasSubstr("found 4000 x 1 pixels"));
  EXPECT_EQ(SizeError(engine, 8, 8, tokens), "encoded");
  EXPECT_EQ(tokens, 4);
  EXPECT_EQ(SizeError(engine, 4000, 20, tokens), "encoded");
  EXPECT_LE(tokens, 200);
  EXPECT_EQ(SizeError(engine, 1, 1, tokens), "encoded");
  EXPECT_EQ(tokens, 4);
}

}  // namespace
}  // namespace edgevlm
