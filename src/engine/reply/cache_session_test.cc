// What sessions guarantee with every cache policy.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cache/policy.h"
#include "engine/testing/tiny_chat.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kLong =
    "the cat sat on a mat and looked at the other cat, which sat on another mat and looked back";

// With greedy decoding, a random model repeats itself; these draws make replies differ.

Result<Engine> Load(const std::string& cache, const PressureOptions& pressure = {}) {
  const std::vector<std::byte> bytes = TinyWithTokenizer().ToBytes();
  EngineOptions options = {.threads = 1};
  options.cache = *ParseCacheOptions(cache);
  options.pressure = pressure;
  return Engine::Load(bytes, options);
}

Session WithImage(const Engine& engine) {
  Session session(engine);
  CHECK(!session.SetImage(TinyImage(40, 30, 1)));
  return session;
}

class CacheSession : public ::testing::TestWithParam<const char*> {};

// Rows that an earlier question evicted are computed again: the next reply does not change.
TEST_P(CacheSession, ASecondQuestionIsAnsweredAsIfItWereTheFirst) {
  const Engine engine = *Load(GetParam());
  Session both = WithImage(engine), second = WithImage(engine);
  const Reply first_reply = *both.Ask(kLong, Hot(30));
  const Reply reply = *both.Ask("where is the other cat?", Hot(30));
  EXPECT_EQ(reply.text, second.Ask("where is the other cat?", Hot(30))->text);
  EXPECT_EQ(reply.cache, GetParam());
  EXPECT_FALSE(reply.cache_is_moved);
  EXPECT_GT(reply.cache_bytes, 0);
  EXPECT_EQ(reply.decode_threads, 1);
}

TEST_P(CacheSession, TheSameQuestionGetsTheSameReply) {
  const Engine engine = *Load(GetParam());
  Session session = WithImage(engine);
  const std::string text = session.Ask(kLong, Hot(30))->text;
  EXPECT_EQ(session.Ask(kLong, Hot(30))->text, text);
  session.Reset();
  EXPECT_EQ(session.Ask(kLong, Hot(30))->text, text);
}

// Except h2o: the attention of an earlier question stays counted (evicting_layer.h).
INSTANTIATE_TEST_SUITE_P(Policies, CacheSession,
                         ::testing::Values("f16", "q8_0", "q4", "gear", "snapkv:40", "pyramid:40",
                                           "thirds:40", "window:40"),
                         [](const auto& info) {
                           const std::string text = info.param;
                           return text.substr(0, text.find(':'));
                         });

TEST(CacheSessionH2o, HoldsAboutItsRatio) {
  const Engine whole = *Load("h2o:1"), half = *Load("h2o:0.5");
  const Reply of_whole = *WithImage(whole).Ask(kLong, Hot(30));
  const Reply of_half = *WithImage(half).Ask(kLong, Hot(30));
  EXPECT_EQ(of_whole.text, WithImage(*Load("f16")).Ask(kLong, Hot(30))->text);
  EXPECT_LT(of_half.cache_bytes, of_whole.cache_bytes);
}

TEST(CacheLoad, RefusesWhatCanNotBe) {
  EXPECT_THAT(Load("window:15").error().message,
              HasSubstr("options: cache: window:15: expected at least the 16 tokens of one image"));
  const std::vector<std::byte> bytes = TinyWithTokenizer().ToBytes();
  const auto error_of = [&](const CacheOptions& cache) {
    EngineOptions options;
    options.cache = cache;
    return Engine::Load(bytes, options).error().message;
  };
  EXPECT_THAT(error_of({.policy = "h3o"}),
              HasSubstr("options: cache: policy: expected one of f16"));
  EXPECT_THAT(error_of({.policy = "h2o", .ratio = 1.5}), HasSubstr("a ratio above 0, at most 1"));
  EXPECT_THAT(error_of({.policy = "h2o", .ratio = NAN}), HasSubstr("a ratio above 0, at most 1"));
}

// With a limit of one byte, every reading finds memory short.
TEST(CachePressure, TheCacheMovesAndTheReplySaysSo) {
  const Engine engine = *Load("f16", {.memory_limit_bytes = 1});
  Session session = WithImage(engine);
  const Reply reply = *session.Ask(kLong, Hot(30));
  EXPECT_EQ(reply.cache, "q8_0");
  EXPECT_TRUE(reply.cache_is_moved);
  EXPECT_EQ(reply.text, WithImage(*Load("q8_0")).Ask(kLong, Hot(30))->text);
  const Engine plenty = *Load("f16", {.memory_limit_bytes = std::int64_t{1} << 50});
  EXPECT_EQ(WithImage(plenty).Ask(kLong, Hot(30))->cache, "f16");
}

}  // namespace
}  // namespace edgevlm
