#include "engine/reply/saved_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "digest/sha256.h"
#include "engine/testing/tiny_chat.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// A conversation about an image, and the reply that would follow.
struct Talk {
  explicit Talk(const Engine& engine) : session(engine) {
    const std::vector<std::byte> file = TinyImage(40, 30, 1);
    CHECK(!session.SetImage(file));
    const Result<Reply> reply = session.Ask("where is the cat?", Hot(9));
    CHECK(reply.ok());
    messages = {{.role = Role::kUser,
                 .parts = {{.image = *engine.GetImage(file)}, {.text = "where is the cat?"}}},
                {.role = Role::kAssistant, .parts = {{.text = reply->text}}}};
  }

  std::vector<std::byte> Save() const { return *session.Save(messages); }

  Session session;
  std::vector<Message> messages;
};

std::string ErrorOf(const Result<std::vector<Message>>& messages) {
  return messages ? "restored" : messages.error().message;
}

TEST(SavedSession, MessagesAloneAreReadAgain) {
  const Engine engine = LoadTiny({.threads = 1});
  Talk talk(engine);
  const std::vector<std::byte> small = *talk.session.Save(talk.messages, SavedParts::kMessages);
  EXPECT_LT(small.size(), talk.Save().size());
  Session session(engine);
  std::vector<Message> messages = *session.Restore(small);
  ASSERT_EQ(messages.size(), 2u);
  messages.push_back({.role = Role::kUser, .parts = {{.text = "and the dog?"}}});
  const Reply again = *session.Chat(messages, Hot(9));
  EXPECT_EQ(again.reused_tokens, 0);
  EXPECT_EQ(again.text, talk.session.Chat(messages, Hot(9))->text);
}

TEST(SavedSession, GoesOnWhereItEnded) {
  const EngineOptions options = {.threads = 1, .image_cache_bytes = kAmple};
  const Engine engine = LoadTiny(options);
  Talk talk(engine);
  const std::vector<std::byte> saved = talk.Save();
  const Reply expected = *talk.session.Ask("and the dog?", Hot(9));

  const Engine later = LoadTiny(options);
  Session session(later);
  const auto messages = session.Restore(saved);
  ASSERT_TRUE(messages.ok()) << messages.error().message;
  ASSERT_EQ(messages->size(), 2u);
  EXPECT_EQ((*messages)[0].parts[0].image->embeddings, talk.messages[0].parts[0].image->embeddings);
  EXPECT_EQ((*messages)[1].parts[0].text, talk.messages[1].parts[0].text);
  ASSERT_FALSE(session.SetImage(TinyImage(40, 30, 1)));
  EXPECT_EQ(later.image_cache().misses, 0u) << "the saved image is known by its content";
  const Reply reply = *session.Ask("and the dog?", Hot(9));
  EXPECT_EQ(reply.text, expected.text);
  EXPECT_EQ(reply.reused_tokens, expected.reused_tokens);
  EXPECT_GE(reply.reused_tokens, 16);
}

TEST(SavedSession, TheSameIsWrittenAgain) {
  const Engine engine = LoadTiny({.threads = 1, .image_cache_bytes = kAmple});
  const Talk talk(engine);
  const std::vector<std::byte> saved = talk.Save();
  Session session(engine);
  const auto messages = session.Restore(saved);
  ASSERT_TRUE(messages.ok());
  EXPECT_EQ(*session.Save(*messages), saved);
  EXPECT_EQ(WriteSession(*ReadSession(saved)), saved);
}

TEST(SavedSession, OneWithoutAnythingIsFine) {
  const Engine engine = LoadTiny({.threads = 1});
  const std::vector<std::byte> saved = *Session(engine).Save({});
  Session session(engine);
  const auto messages = session.Restore(saved);
  ASSERT_TRUE(messages.ok()) << messages.error().message;
  EXPECT_TRUE(messages->empty());
  EXPECT_THAT(session.Caption(Hot(9)).error().message, HasSubstr("found none"));
}

TEST(SavedSession, OfAnotherModelIsRefused) {
  const std::vector<std::byte> saved = Talk(LoadTiny({.threads = 1})).Save();
  for (const Engine& other :
       {LoadTiny({.threads = 1}, 8), LoadTiny({.threads = 1, .precision = Precision::kFloat32}),
        LoadTiny({.threads = 1, .vision = {.keep_tokens = 3}})}) {
    Session session(other);
    EXPECT_THAT(ErrorOf(session.Restore(saved)),
                StartsWith("session: expected one saved with this model and the same mmproj"));
  }
  const Engine same = LoadTiny({.threads = 2});
  Session session(same);
  EXPECT_EQ(ErrorOf(session.Restore(saved)), "restored") << "threads change no result";
}

TEST(SavedSession, ToAnEngineInt8IsTheDefault) {
  const std::vector<std::byte> saved = Talk(LoadTiny({.threads = 1})).Save();
  const Engine same = LoadTiny({.threads = 1, .precision = Precision::kInt8});
  Session session(same);
  EXPECT_EQ(ErrorOf(session.Restore(saved)), "restored");
}

TEST(SavedSession, OfALongerContextIsRefused) {
  const std::vector<std::byte> saved = Talk(LoadTiny({.threads = 1})).Save();
  const Engine shorter = LoadTiny({.threads = 1, .context_tokens = 20});
  Session session(shorter);
  EXPECT_THAT(ErrorOf(session.Restore(saved)), HasSubstr("expected at most 20 tokens"));
}

TEST(SavedSession, WhatIsCutIsRefused) {
  const Engine engine = LoadTiny({.threads = 1});
  const std::vector<std::byte> saved = Talk(engine).Save();
  Session session(engine);
  for (std::size_t size = 0; size < saved.size(); size += size < 600 ? 1 : 97) {
    const std::string error = ErrorOf(session.Restore(std::span(saved).first(size)));
    EXPECT_THAT(error, HasSubstr(size < 8 ? "found another file" : "cut or changed")) << size;
  }
  EXPECT_EQ(ErrorOf(session.Restore(saved)), "restored");
}

// A truncated file with a digest of the rest: every section detects it itself.
TEST(SavedSession, NoSectionReadsBeyondItsEnd) {
  const std::vector<std::byte> saved = Talk(LoadTiny({.threads = 1})).Save();
  const std::size_t body = saved.size() - 64;
  ASSERT_TRUE(ReadSessionBody(std::span(saved).first(body)).ok());
  for (std::size_t size = 0; size < body; size += size < 600 ? 1 : 97) {
    EXPECT_FALSE(ReadSessionBody(std::span(saved).first(size)).ok()) << size;
  }
}

TEST(SavedSession, WhatIsChangedIsRefused) {
  const Engine engine = LoadTiny({.threads = 1});
  std::vector<std::byte> saved = Talk(engine).Save();
  Session session(engine);
  for (const std::size_t at : {std::size_t{9}, saved.size() / 2, saved.size() - 1}) {
    saved[at] ^= std::byte{1};
    EXPECT_THAT(ErrorOf(session.Restore(saved)), HasSubstr("cut or changed"));
    saved[at] ^= std::byte{1};
  }
  saved.front() ^= std::byte{1};
  EXPECT_EQ(ErrorOf(session.Restore(saved)), "session: expected a saved one, found another file");
  EXPECT_EQ(ErrorOf(session.Restore({})), "session: expected a saved one, found another file");
}

// With a valid digest, as if written on purpose.
TEST(SavedSession, WhatDoesNotFitTheModelIsRefused) {
  const Engine engine = LoadTiny({.threads = 1});
  const std::vector<std::byte> bytes = Talk(engine).Save();
  const auto refusal = [&](const auto& change) {
    SavedSession saved = *ReadSession(bytes);
    change(saved);
    Session session(engine);
    return ErrorOf(session.Restore(WriteSession(saved)));
  };
  EXPECT_EQ(refusal([](SavedSession&) {}), "restored");
  EXPECT_THAT(refusal([](SavedSession& saved) { saved.prompt.TruncateTo(3); }),
              HasSubstr("cache: expected the prompt's 3 tokens"));
  EXPECT_THAT(refusal([](SavedSession& saved) { saved.cache = {}; }), HasSubstr("cache"));
  EXPECT_THAT(refusal([](SavedSession& saved) { saved.cache = saved.cache.first(40); }),
              HasSubstr("cache"));
  EXPECT_THAT(refusal([](SavedSession& saved) {
                const std::vector<int> foreign = {266};
                saved.prompt.Add(foreign);
              }),
              HasSubstr("expected ids below 266, found 266"));
  EXPECT_THAT(refusal([](SavedSession& saved) {
                EncodedImage narrow = *saved.image;
                narrow.width = 12;
                narrow.tokens *= 2;
                narrow.pieces = {{.markup = "", .rows = narrow.tokens}};
                saved.image = std::make_shared<const EncodedImage>(narrow);
              }),
              HasSubstr("expected embeddings of width 24"));
}

}  // namespace
}  // namespace edgevlm
