#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "engine/load/drafter.h"
#include "engine/testing/tiny_engine.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

// A model's file on disk, for the lifetime of this object.
class ModelOnDisk {
 public:
  explicit ModelOnDisk(const TinyModel& model, const std::string& name = "draft")
      : path_(std::filesystem::temp_directory_path() /
              ("edgevlm_speculation_test_" + name + ".gguf")) {
    const std::vector<std::byte> bytes = model.ToBytes();
    std::ofstream(path_, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }
  ~ModelOnDisk() { std::filesystem::remove(path_); }
  ModelOnDisk(const ModelOnDisk&) = delete;
  ModelOnDisk& operator=(const ModelOnDisk&) = delete;

  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

EngineOptions With(const SpeculationOptions& speculation) {
  EngineOptions options;
  options.threads = 2;
  options.speculation = speculation;
  return options;
}

Result<Engine> LoadTiny(const SpeculationOptions& options) {
  const std::vector<std::byte> bytes = TinyWithTokenizer().ToBytes();
  return Engine::Load(bytes, With(options));
}

std::string ErrorOf(const SpeculationOptions& options) {
  const Result<Engine> engine = LoadTiny(options);
  return engine ? "loaded" : engine.error().message;
}

// A session's replies about one image, over several turns.
std::vector<std::string> Conversation(const Engine& engine, const DecodeOptions& options,
                                      std::span<const std::byte> image, int& accepted) {
  Session session(engine);
  CHECK(!session.SetImage(image));
  std::vector<Result<Reply>> replies;
  for (int turn = 0; turn < 2; ++turn) {
    replies.push_back(session.Caption(options));
    replies.push_back(session.Ask("what is left of the cat?", options));
    replies.push_back(session.Ask("how many are there?", options));
  }
  std::vector<std::string> texts;
  for (const Result<Reply>& reply : replies) {
    CHECK(reply.ok());
    texts.push_back(reply->text);
    EXPECT_LE(reply->accepted_tokens, reply->drafted_tokens);
    accepted += reply->accepted_tokens;
  }
  return texts;
}

TEST(Speculation, GreedyRepliesStayTheSame) {
  const ModelOnDisk same(TinyWithTokenizer(), "same"), other(TinyWithTokenizer(8), "other");
  const Engine plain = TinyEngine(2);
  for (const std::string& drafter :
       {std::string("ngram"), std::string("self:1"), same.path(), other.path()}) {
    int accepted = 0;
    for (const int draft_tokens : {0, 3, 16}) {
      const Result<Engine> engine = LoadTiny({.drafter = drafter, .draft_tokens = draft_tokens});
      ASSERT_TRUE(engine.ok()) << engine.error().message;
      for (unsigned seed = 0; seed < 4; ++seed) {
        const std::vector<std::byte> image = TinyImage(30, 20, seed);
        const DecodeOptions options = {.max_tokens = 30};
        int none = 0;
        EXPECT_EQ(Conversation(*engine, options, image, accepted),
                  Conversation(plain, options, image, none))
            << drafter << ", " << draft_tokens << " tokens, image " << seed;
        EXPECT_EQ(none, 0);
      }
    }
    EXPECT_GT(accepted, drafter == "ngram" || drafter == same.path() ? 50 : -1) << drafter;
  }
}

// Real images, a trained model, and a context that is nearly full.
TEST(Speculation, TheBuiltInModelSaysTheSame) {
  const Result<Engine> plain = Engine::LoadBuiltin({.threads = 2});
  ASSERT_TRUE(plain.ok());
  const int blocks = plain->info().block_count;
  int accepted = 0;
  for (const std::string& drafter : {std::string("ngram"), "self:" + std::to_string(blocks / 2)}) {
    const Result<Engine> engine =
        Engine::LoadBuiltin(With({.drafter = drafter, .draft_tokens = 4}));
    ASSERT_TRUE(engine.ok()) << engine.error().message;
    for (const float temperature : {0.0f, 0.8f}) {
      if (temperature > 0 && drafter != "ngram") continue;
      const DecodeOptions options = {.max_tokens = 24, .temperature = temperature, .seed = 5};
      for (unsigned seed = 0; seed < 3; ++seed) {
        const std::vector<std::byte> image = TinyImage(60, 60, seed);
        int none = 0;
        EXPECT_EQ(Conversation(*engine, options, image, accepted),
                  Conversation(*plain, options, image, none))
            << drafter << ", image " << seed;
      }
    }
  }
  EXPECT_GT(accepted, 20);
}

TEST(Speculation, RefusesWhatCanNotDraft) {
  EXPECT_EQ(ErrorOf({.drafter = "self:2"}), "speculate: self: expected 1 to 1 blocks, found 2");
  EXPECT_EQ(ErrorOf({.drafter = "self:0"}), "speculate: self: expected 1 to 1 blocks, found 0");
  EXPECT_THAT(ErrorOf({.drafter = "self"}), HasSubstr("trained exits"));
  EXPECT_THAT(ErrorOf({.drafter = ""}), HasSubstr("speculate: expected"));
  EXPECT_EQ(ErrorOf({.drafter = "ngram", .draft_tokens = 17}),
            "draft tokens: expected 0 to 16, found 17");
  EXPECT_EQ(ErrorOf({.drafter = "ngram", .draft_tokens = -1}),
            "draft tokens: expected 0 to 16, found -1");
  EXPECT_THAT(ErrorOf({.drafter = "/no/such/draft.gguf"}), HasSubstr("/no/such/draft.gguf"));
}

TEST(Speculation, RefusesAnotherVocabulary) {
  const auto with = [](const std::function<void(std::vector<std::string>&)>& change) {
    std::vector<std::string> tokens = TinyTokens();
    change(tokens);
    TinyModel model = TinyWithTokenizer();
    model.keys[std::string(keys::kTokens)] = tokens;
    const ModelOnDisk file(model);
    return ErrorOf({.drafter = file.path()});
  };
  EXPECT_THAT(with([](auto& tokens) { std::swap(tokens['x'], tokens['y']); }),
              HasSubstr("draft.gguf: token 120: expected 'x', found 'y'"));
  TinyModel small(200);
  const ModelOnDisk no_tokens(small);
  EXPECT_THAT(ErrorOf({.drafter = no_tokens.path()}), HasSubstr("draft.gguf: "));
  const ModelOnDisk fine(TinyWithTokenizer(3));
  EXPECT_EQ(ErrorOf({.drafter = fine.path()}), "loaded");
}

}  // namespace
}  // namespace edgevlm
