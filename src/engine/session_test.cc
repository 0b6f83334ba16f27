#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "edgevlm/edgevlm.h"
#include "engine/testing/tiny_chat.h"
#include "tokenizer/utf8.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kQuestion = "where is the cat?";

// With greedy decoding, a random model repeats itself; these draws make replies differ.

Session SessionWithImage(const Engine& engine, unsigned seed = 1) {
  Session session(engine);
  const MaybeError error = session.SetImage(TinyImage(40, 30, seed));
  CHECK(!error);
  return session;
}

std::string ErrorOf(const Result<Reply>& reply) {
  return reply ? "replied" : reply.error().message;
}

TEST(Session, AnswersAndStreamsWholeText) {
  const Engine engine = TinyEngine();
  Session session = SessionWithImage(engine);
  std::string streamed;
  const Result<Reply> reply =
      session.Ask(kQuestion, {.max_tokens = 40}, [&](std::string_view piece) {
        EXPECT_FALSE(piece.empty());
        EXPECT_TRUE(IsUtf8(piece));
        streamed += piece;
        return true;
      });
  ASSERT_TRUE(reply.ok()) << reply.error().message;
  EXPECT_EQ(reply->text, streamed);
  EXPECT_LE(reply->reply_tokens, 40);
  EXPECT_GT(reply->reply_tokens, 0);
  EXPECT_EQ(reply->reused_tokens, 0);
  EXPECT_GT(reply->prompt_tokens, 18);
  EXPECT_GT(reply->timings.encode_ms, 0);
  EXPECT_GT(reply->timings.prefill_ms, 0);
  const Timings& t = reply->timings;
  EXPECT_GE(t.total_ms * 1.001,
            t.decode_ms + t.preprocess_ms + t.encode_ms + t.prefill_ms + t.generate_ms);
  ASSERT_EQ(reply->gaps.has_value(), reply->reply_tokens > 1);
  EXPECT_LE(reply->gaps.value_or(TokenGaps()).max_ms, t.generate_ms * 1.001);
}

// The reply equals choosing by hand from the logits of the prompt.
TEST(Session, RepliesAsTheLogitsSay) {
  const Engine engine = TinyEngine();
  const EncodedImage image = *engine.EncodeImage(TinyImage(40, 30, 1));
  Session session = SessionWithImage(engine);
  const Result<Reply> reply = session.Caption({.max_tokens = 12});
  ASSERT_TRUE(reply.ok());

  constexpr int kVocabulary = 266, kEnd = 260, kCaption = 264;
  std::vector<int> tokens = {kImageToken, kCaption};
  int count = 0;
  for (bool ended = false; !ended && count < 12; ++count) {
    const std::vector<float> logits = *engine.Logits(tokens, &image);
    const auto last = logits.end() - kVocabulary;
    tokens.push_back(static_cast<int>(std::max_element(last, logits.end()) - last));
    ended = tokens.back() == kEnd;
  }
  EXPECT_EQ(reply->reply_tokens, count);
  const std::size_t bytes = reply->text.size();
  EXPECT_GT(bytes, 0u) << "a random model that says nothing tests nothing";
}

TEST(Session, ASecondQuestionReusesTheImage) {
  const Engine engine = TinyEngine();
  Session session = SessionWithImage(engine);
  const Reply first = *session.Ask(kQuestion, Hot(25));
  const Reply caption = *session.Caption(Hot(25));
  const Reply again = *session.Ask(kQuestion, Hot(25));
  EXPECT_EQ(first.reused_tokens, 0);
  EXPECT_EQ(caption.reused_tokens, 16);
  EXPECT_EQ(again.reused_tokens, 16);
  EXPECT_EQ(again.timings.encode_ms, 0);
  EXPECT_EQ(again.text, first.text);
  EXPECT_EQ(again.reply_tokens, first.reply_tokens);
  EXPECT_EQ(caption.text, SessionWithImage(engine).Caption(Hot(25))->text);
}

TEST(Session, ANewImageTakesThePlaceOfTheOld) {
  const Engine engine = TinyEngine();
  Session session = SessionWithImage(engine, 1);
  const Reply about_first = *session.Caption(Hot(25));
  ASSERT_FALSE(session.SetImage(TinyImage(9, 33, 2)));
  const Reply about_second = *session.Caption(Hot(25));
  EXPECT_EQ(about_second.reused_tokens, 0);
  EXPECT_NE(about_first.text, about_second.text);
  // An unreadable image changes nothing.
  EXPECT_TRUE(session.SetImage(std::vector<std::byte>(5)).has_value());
  EXPECT_EQ(session.Caption(Hot(25))->text, about_second.text);
}

TEST(Session, AllWaysToSetAnImageAgree) {
  const Engine engine = TinyEngine();
  const std::vector<std::byte> file = TinyImage(12, 7, 3);
  const std::size_t pixels = 12 * 7 * 3;
  const auto* rgb = reinterpret_cast<const std::uint8_t*>(file.data() + file.size() - pixels);
  Session a(engine), b(engine), c(engine);
  ASSERT_FALSE(a.SetImage(file));
  ASSERT_FALSE(b.SetImage(PixelsView{12, 7, {rgb, pixels}}));
  ASSERT_FALSE(c.SetImage(*engine.EncodeImage(file)));
  const std::string text = a.Caption(Hot(25))->text;
  EXPECT_EQ(b.Caption(Hot(25))->text, text);
  EXPECT_EQ(c.Caption(Hot(25))->text, text);
}

TEST(Session, StopsWhenToldTo) {
  const Engine engine = TinyEngine();
  Session session = SessionWithImage(engine);
  // Draws at this temperature do not end early here: the seed is fixed.
  const DecodeOptions hot = {.max_tokens = 30, .temperature = 3.0f, .seed = 5};
  const Reply whole = *session.Ask(kQuestion, hot);
  ASSERT_EQ(whole.finish_reason, FinishReason::kMaxTokens);
  EXPECT_EQ(whole.reply_tokens, 30);

  int pieces = 0;
  const Reply cancelled =
      *session.Ask(kQuestion, hot, [&](std::string_view) { return ++pieces < 4; });
  EXPECT_EQ(cancelled.finish_reason, FinishReason::kCancelled);
  EXPECT_EQ(pieces, 4);
  EXPECT_TRUE(whole.text.starts_with(cancelled.text));

  const std::string stop = "\xEF\xBF\xBD";  // random bytes have one
  const std::size_t at = whole.text.find(stop);
  ASSERT_NE(at, std::string::npos);
  DecodeOptions with_stop = hot;
  with_stop.stop = {stop};
  const Reply stopped = *session.Ask(kQuestion, with_stop);
  EXPECT_EQ(stopped.finish_reason, FinishReason::kStopString);
  EXPECT_EQ(stopped.text, whole.text.substr(0, at));
  EXPECT_LT(stopped.reply_tokens, 30);

  EXPECT_EQ(FinishReasonName(stopped.finish_reason), "stop");
}

TEST(Session, StopsWhenTheContextIsFull) {
  const Engine engine = TinyEngine();
  Session session = SessionWithImage(engine);
  const std::string question = std::string(249, 'x') + "?";  // 16 + 1 + 251 + 1 = 269 of 320
                                                             // positions
  const Reply reply = *session.Ask(question, {.max_tokens = 1000, .temperature = 5, .seed = 3});
  EXPECT_EQ(reply.prompt_tokens, 269);
  if (reply.finish_reason != FinishReason::kEndOfText) {
    EXPECT_EQ(reply.finish_reason, FinishReason::kContextFull);
    EXPECT_EQ(reply.reply_tokens, 320 - 269 + 1);
  }
  EXPECT_THAT(ErrorOf(session.Ask(std::string(301, 'x') + "?", {})),
              HasSubstr("prompt: expected at most 319 tokens, found 321"));
}

TEST(Session, RefusesWhatItCanNotAnswer) {
  const Engine engine = TinyEngine();
  Session session(engine);
  EXPECT_EQ(ErrorOf(session.Caption({})), "image: expected one to be set, found none");
  ASSERT_FALSE(session.SetImage(TinyImage(8, 8, 1)));
  EXPECT_EQ(ErrorOf(session.Ask("", {})), "question: expected some text, found none");
  EXPECT_THAT(ErrorOf(session.Ask("\xFF", {})), HasSubstr("UTF-8"));
  EXPECT_THAT(ErrorOf(session.Ask(std::string(70000, 'x'), {})),
              HasSubstr("expected at most 319 tokens"));
  EXPECT_THAT(ErrorOf(session.Ask("a", {.top_p = 2})), HasSubstr("top_p"));
  EXPECT_THAT(session.SetImage(EncodedImage())->message,
              HasSubstr("image: expected embeddings of width 24"));
}

TEST(Session, EvaluateEqualsLogitsAndLeavesTheImageAlone) {
  const Engine engine = TinyEngine();
  const EncodedImage image = *engine.EncodeImage(TinyImage(40, 30, 1));
  Session session = SessionWithImage(engine);
  const Reply before = *session.Caption({.max_tokens = 10});
  const std::vector<int> first = {kImageToken, 3}, second = {4, 5}, all = {kImageToken, 3, 4, 5};
  ASSERT_TRUE(session.Evaluate(first).ok());
  const std::span<const float> last = *session.Evaluate(second);
  const std::vector<float> expected = *engine.Logits(all, &image);
  EXPECT_EQ(std::vector<float>(last.begin(), last.end()),
            std::vector<float>(expected.end() - 266, expected.end()));
  session.Reset();
  EXPECT_TRUE(session.Evaluate(std::vector<int>(320, 1)).ok());
  EXPECT_THAT(session.Evaluate(second).error().message, HasSubstr("at most 0 positions"));
  const Reply after = *session.Caption({.max_tokens = 10});
  EXPECT_EQ(after.text, before.text);
  EXPECT_EQ(after.reused_tokens, 0);
}

TEST(Session, TokensMayBeTakenEarly) {
  const std::vector<std::byte> bytes = TinyWithTokenizer().ToBytes();
  const auto reply_with = [&](const ExitOptions& options) {
    EngineOptions engine_options = {.threads = 1};
    engine_options.early_exit = options;
    const Result<Engine> engine = Engine::Load(bytes, engine_options);
    CHECK(engine.ok());
    Session session = SessionWithImage(*engine);
    const Result<Reply> reply = session.Ask(kQuestion, Hot(25));
    CHECK(reply.ok());
    return *reply;
  };
  const Reply plain = reply_with({});
  EXPECT_EQ(plain.early_tokens, 0);
  EXPECT_EQ(plain.blocks_per_token, TinyModel::kBlocks);

  // An exit that is never confident gives the same reply.
  const Reply never = reply_with({.mode = EarlyExit::kExit, .layers = {1}, .threshold = 1});
  EXPECT_EQ(never.text, plain.text);
  EXPECT_EQ(never.early_tokens, 0);

  // The prompt gives the first token; all others are taken after one block of two.
  const Reply always = reply_with({.mode = EarlyExit::kExit, .layers = {1}, .threshold = 1e-6f});
  EXPECT_EQ(always.early_tokens, always.reply_tokens - 1);
  EXPECT_DOUBLE_EQ(always.blocks_per_token, 1 + 1.0 / always.reply_tokens);
  EXPECT_NE(always.text, plain.text);
}

TEST(Session, ProfilesWhenAsked) {
  const Engine engine = TinyEngine();
  Session plain = SessionWithImage(engine);
  EXPECT_TRUE(plain.TakeProfile().modules.empty());
  Session session(engine, {.profile = true});
  ASSERT_FALSE(session.SetImage(TinyImage(8, 8, 1)));
  const auto reply = session.Ask(kQuestion, {.max_tokens = 3});
  ASSERT_TRUE(reply.ok());
  const Profile profile = session.TakeProfile();
  const std::string rows = ProfileCsv(profile);
  for (const char* path :
       {"image.decode", "image.resize", "vision_tower.stem", "vision_tower.layers.1.squeeze",
        "multi_modal_projector.linear_2", "tokenizer", "cache", "sampling",
        "prefill.language_model.layers.1.attn.c_attn", "decode.language_model.lm_head"}) {
    EXPECT_THAT(rows, HasSubstr("\n" + std::string(path) + ","));
  }
  EXPECT_EQ(profile.request.question, kQuestion);
  EXPECT_EQ(profile.request.reply, reply->text);
  EXPECT_EQ(profile.request.reply_tokens, 3);
  EXPECT_GT(profile.request.image_tokens, 0);
  EXPECT_TRUE(session.TakeProfile().modules.empty()) << "taken";
}

// All that a request does lies in some module, or outside of all: nothing counts twice.
TEST(Session, ModulesTakeNoLongerThanTheRequest) {
  const Engine engine = TinyEngine(2);
  Session session(engine, {.profile = true});
  ASSERT_FALSE(session.SetImage(TinyImage(8, 8, 1)));
  ASSERT_TRUE(session.Caption({.max_tokens = 5}).ok());
  const Profile profile = session.TakeProfile();
  ASSERT_EQ(profile.runs.size(), 1u);
  const RunTimings& run = profile.runs[0];
  double modules_ms = 0;
  for (const ModuleProfile& module : profile.modules) modules_ms += module.total_ms;
  EXPECT_GT(modules_ms, 0);
  EXPECT_LE(modules_ms, run.e2e);
  EXPECT_LE(run.ttft + run.decode, run.e2e);
  EXPECT_LE(run.encoder_forward, run.ttft);
}

// The threads of the pool show in the timeline of one session at a time.
TEST(Session, TwoProfiledSessionsDoNotDisturbEachOther) {
  const Engine engine = TinyEngine(2);
  std::vector<std::string> replies(2);
  std::vector<Profile> profiles(2);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < 2; ++i) {
    threads.emplace_back([&, i] {
      Session session(engine, {.profile = true});
      if (session.SetImage(TinyImage(8, 8, static_cast<unsigned>(i)))) return;
      replies[i] = session.Caption({.max_tokens = 20})->text;
      profiles[i] = session.TakeProfile();
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Profile& profile : profiles) {
    EXPECT_FALSE(profile.modules.empty());
    EXPECT_EQ(profile.timeline.threads.size(), 2u);
  }
}

TEST(Session, SessionsInThreadsReplyAsAlone) {
  const Engine engine = TinyEngine(2);
  const DecodeOptions options = {.max_tokens = 12, .temperature = 1.0f, .seed = 9};
  constexpr unsigned kSessions = 4;
  std::vector<std::string> alone, together(kSessions);
  for (unsigned i = 0; i < kSessions; ++i) {
    alone.push_back(SessionWithImage(engine, i).Ask(kQuestion, options)->text);
  }
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < kSessions; ++i) {
    threads.emplace_back(
        [&, i] { together[i] = SessionWithImage(engine, i).Ask(kQuestion, options)->text; });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(together, alone);
}

// Prefill runs in chunks of 256 rows.
TEST(Session, IsCancelledWhileAPromptIsRead) {
  const Engine engine = TinyEngine();
  int asked = 0;
  bool cancels = true;
  Session session(engine, {.is_cancelled = [&] { return ++asked > 1 && cancels; }});
  ASSERT_FALSE(session.SetImage(TinyImage(40, 30, 1)));
  const std::string question(270, 'a');
  const Reply stopped = *session.Ask(question, {.max_tokens = 4});
  EXPECT_EQ(stopped.finish_reason, FinishReason::kCancelled);
  EXPECT_EQ(stopped.text, "");
  EXPECT_EQ(stopped.reply_tokens, 0);
  cancels = false;
  const Reply whole = *session.Ask(question, {.max_tokens = 4});
  EXPECT_EQ(whole.text, SessionWithImage(engine).Ask(question, {.max_tokens = 4})->text);
  EXPECT_EQ(whole.reused_tokens, 256) << "what was read is kept";
}

TEST(Session, TheSeedOfAReplyMakesItAgain) {
  const Engine engine = TinyEngine();
  Session session = SessionWithImage(engine);
  const DecodeOptions options = {.max_tokens = 16, .temperature = 2.0f};
  const Reply first = *session.Ask(kQuestion, options);
  const Reply second = *session.Ask(kQuestion, options);
  ASSERT_TRUE(first.seed && second.seed);
  EXPECT_NE(*first.seed, *second.seed);
  DecodeOptions again = options;
  again.seed = first.seed;
  const Reply third = *session.Ask(kQuestion, again);
  EXPECT_EQ(third.text, first.text);
  EXPECT_EQ(third.seed, first.seed);
  EXPECT_FALSE(session.Ask(kQuestion, {.max_tokens = 16})->seed) << "nothing was drawn";
}

TEST(Session, ThreadCountDoesNotChangeTheReply) {
  const DecodeOptions options = {.max_tokens = 16, .temperature = 2.0f, .seed = 1};
  const Engine one = TinyEngine(1), three = TinyEngine(3);
  EXPECT_EQ(SessionWithImage(one).Ask(kQuestion, options)->text,
            SessionWithImage(three).Ask(kQuestion, options)->text);
}

}  // namespace
}  // namespace edgevlm
