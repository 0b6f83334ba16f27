// Work that an engine's sessions share: encoded images, prefilled prefixes.
#include <gtest/gtest.h>

#include <thread>

#include "edgevlm/edgevlm.h"
#include "engine/testing/tiny_chat.h"

namespace edgevlm {
namespace {

constexpr int kImageTokens = 16;

// Three turns about one image: one encoding, and every row of the prompt computed once.
TEST(Reuse, AConversationEncodesOnceAndReadsOnlyWhatIsNew) {
  const Engine engine = ChatEngine({.threads = 1, .image_cache_bytes = kAmple});
  const std::vector<std::byte> file = TinyImage(40, 30, 1);
  Session session(engine);
  std::vector<Message> messages;
  int read = 0, prompt_tokens = 0;
  for (const char* question : {"what?", "and where?", "how many?"}) {
    const auto image = engine.GetImage(file);  // sent again with every question
    ASSERT_TRUE(image.ok()) << image.error().message;
    std::vector<Part> parts = {{.text = question}};
    if (messages.empty()) parts.insert(parts.begin(), Part{.image = *image});
    messages.push_back(User(parts));
    const Result<Reply> reply = session.Chat(messages, Hot(9));
    ASSERT_TRUE(reply.ok()) << reply.error().message;
    read += reply->prompt_tokens - reply->reused_tokens;
    EXPECT_GE(reply->reused_tokens, prompt_tokens);
    prompt_tokens = reply->prompt_tokens;
    messages.push_back(Assistant(reply->text));
  }
  EXPECT_EQ(engine.image_cache().misses, 1u) << "encoded once";
  EXPECT_EQ(engine.image_cache().hits, 2u);
  EXPECT_LE(read, prompt_tokens + 2) << "the image and each word once, but for seams";
  EXPECT_GE(read, kImageTokens);
}

TEST(Reuse, SessionsShareAnImage) {
  const Engine engine = LoadTiny({.threads = 1, .image_cache_bytes = kAmple});
  const std::vector<std::byte> file = TinyImage(40, 30, 1);
  Session one(engine), two(engine);
  ASSERT_FALSE(one.SetImage(file));
  ASSERT_FALSE(two.SetImage(file));
  const Reply first = *one.Caption(Hot(9)), second = *two.Caption(Hot(9));
  EXPECT_GT(first.timings.encode_ms, 0);
  EXPECT_EQ(second.timings.encode_ms, 0);
  EXPECT_EQ(first.text, second.text);
  EXPECT_EQ(engine.image_cache().misses, 1u);
  EXPECT_EQ((*engine.EncodeImage(file)).embeddings, (*engine.GetImage(file))->embeddings);
  EXPECT_EQ(engine.GetImage(file)->get(), engine.GetImage(file)->get());
  std::vector<std::byte> broken = file;
  broken.resize(20);
  EXPECT_FALSE(engine.GetImage(broken).ok());
  EXPECT_EQ(engine.image_cache().entries, 1u);
}

TEST(Reuse, OtherOptionsAreOtherContents) {
  const std::vector<std::byte> file = TinyImage(40, 30, 1);
  const Engine one = ChatEngine({.threads = 1, .image_cache_bytes = kAmple});
  const Engine two =
      ChatEngine({.threads = 1, .vision = {.keep_tokens = 5}, .image_cache_bytes = kAmple});
  EXPECT_EQ((*one.GetImage(file))->content.size(), 64u);
  EXPECT_NE((*one.GetImage(file))->content, (*two.GetImage(file))->content);
  EXPECT_NE((*one.GetImage(file))->content, (*one.GetImage(TinyImage(40, 30, 2)))->content);
}

TEST(Reuse, ManyAtOnceEncodeOnce) {
  const Engine engine = LoadTiny({.threads = 2, .image_cache_bytes = kAmple});
  const std::vector<std::byte> file = TinyImage(64, 64, 3);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      Session session(engine);
      EXPECT_FALSE(session.SetImage(file));
      EXPECT_TRUE(session.Caption(Hot(9)).ok());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(engine.image_cache().misses, 1u);
  EXPECT_EQ(engine.image_cache().hits, 7u);
}

// A second session computes no row of the image that the first has computed, and replies the same.
TEST(Reuse, SessionsShareHowPromptsBegin) {
  const Engine plain = ChatEngine({.threads = 1});
  const Engine engine =
      ChatEngine({.threads = 1, .image_cache_bytes = kAmple, .prefix_cache_bytes = kAmple});
  const std::vector<std::byte> file = TinyImage(40, 30, 1);
  const auto ask = [&](const Engine& of, const char* question) {
    Session session(of);
    const std::vector<Message> messages = {
        User({{.image = *of.GetImage(file)}, {.text = question}})};
    return *session.Chat(messages, Hot(9));
  };
  const Reply first = ask(engine, "what?");
  EXPECT_EQ(first.reused_tokens, 0);
  const Reply second = ask(engine, "and where?");
  EXPECT_GE(second.reused_tokens, kImageTokens);
  EXPECT_EQ(second.text, ask(plain, "and where?").text);
  const CacheCounters counters = engine.prefix_cache();
  EXPECT_EQ(counters.hits, 1u);
  EXPECT_EQ(counters.misses, 1u);
  EXPECT_EQ(counters.entries, 1u) << "both begin alike";
  EXPECT_GT(counters.bytes, 0u);
}

// A continued conversation replaces its prefix in the cache; others evict the oldest.
TEST(Reuse, TheBudgetOfPromptsHolds) {
  const Engine ample = ChatEngine({.threads = 1, .prefix_cache_bytes = kAmple});
  const auto chat = [](const Engine& of, Session& session, const std::vector<Message>& messages) {
    (void)of;
    return *session.Chat(messages, Hot(9));
  };
  Session session(ample);
  std::vector<Message> messages = {User({{.text = "one two three"}})};
  messages.push_back(Assistant(chat(ample, session, messages).text));
  messages.push_back(User({{.text = "four five six"}}));
  chat(ample, session, messages);
  EXPECT_EQ(ample.prefix_cache().entries, 1u);
  EXPECT_EQ(ample.prefix_cache().evictions, 0u);

  const std::size_t one_prompt = ample.prefix_cache().bytes;
  const Engine small = ChatEngine({.threads = 1, .prefix_cache_bytes = one_prompt});
  for (const char* question : {"a cat?", "the dog sat", "who is it?", "why not so?"}) {
    Session other(small);
    chat(small, other, {User({{.text = question}})});
    EXPECT_LE(small.prefix_cache().bytes, one_prompt);
  }
  EXPECT_GE(small.prefix_cache().evictions, 1u);

  const Engine tiny = ChatEngine({.threads = 1, .prefix_cache_bytes = 1});
  Session last(tiny);
  chat(tiny, last, {User({{.text = "a cat?"}})});
  EXPECT_EQ(tiny.prefix_cache().entries, 0u);
}

}  // namespace
}  // namespace edgevlm
