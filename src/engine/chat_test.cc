// Conversations: what Session::Chat makes of messages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "edgevlm/edgevlm.h"
#include "engine/testing/tiny_engine.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

constexpr int kImageTokens = 16;
const DecodeOptions kHot = {.max_tokens = 9, .temperature = 1.5f, .seed = 4};

// A model without tokens for its tasks: it is spoken to by a chat template.
Engine ChatEngine(const EngineOptions& options = {.threads = 1}) {
  TinyModel model = TinyWithTokenizer();
  auto& tokens = std::get<std::vector<std::string>>(model.keys[std::string(keys::kTokens)]);
  for (const std::size_t task : {262u, 263u, 264u}) tokens[task] = "<|free" + std::to_string(task);
  Result<Engine> engine = Engine::Load(model.ToBytes(), options);
  if (!engine) CheckFailed(__FILE__, __LINE__, engine.error().message.c_str());
  return *std::move(engine);
}

std::shared_ptr<const EncodedImage> Picture(const Engine& engine, unsigned seed) {
  return std::make_shared<const EncodedImage>(*engine.EncodeImage(TinyPicture(20, 20, seed)));
}

Message User(std::vector<Part> parts) { return {.role = Role::kUser, .parts = std::move(parts)}; }
Message Assistant(std::string text) {
  return {.role = Role::kAssistant, .parts = {{.text = std::move(text)}}};
}

std::string ErrorOf(const Result<Reply>& reply) {
  return reply ? "replied" : reply.error().message;
}

TEST(Chat, UsesTheTemplateOfTheModel) {
  EXPECT_EQ(ChatEngine().info().chat_template, "vicuna");
  EXPECT_EQ(ChatEngine({.threads = 1, .chat_template = "chatml"}).info().chat_template, "chatml");
  EXPECT_EQ(TinyEngine().info().chat_template, "");
  const Result<Engine> unknown =
      Engine::Load(TinyWithTokenizer().ToBytes(), {.chat_template = "morse"});
  EXPECT_THAT(unknown.error().message, HasSubstr("found 'morse'"));
}

TEST(Chat, ASecondTurnReadsOnlyWhatIsNew) {
  const Engine engine = ChatEngine();
  Session session(engine);
  std::vector<Message> messages = {User({{.image = Picture(engine, 1)}, {.text = "who?"}})};
  const Reply first = *session.Chat(messages, kHot);
  EXPECT_EQ(first.reused_tokens, 0);
  EXPECT_GT(first.prompt_tokens, kImageTokens);
  messages.push_back(Assistant(first.text));
  messages.push_back(User({{.text = "a cat?"}}));
  const Reply second = *session.Chat(messages, kHot);
  EXPECT_GE(second.reused_tokens, first.prompt_tokens);
  EXPECT_LT(second.reused_tokens, second.prompt_tokens);

  Session fresh(engine);
  const Reply at_once = *fresh.Chat(messages, kHot);
  EXPECT_EQ(at_once.reused_tokens, 0);
  EXPECT_EQ(at_once.text, second.text) << "what was reused is what would have been read";
  EXPECT_EQ(at_once.prompt_tokens, second.prompt_tokens);
}

TEST(Chat, PicturesStandWhereTheyAreShown) {
  const Engine engine = ChatEngine();
  Session session(engine);
  const auto one = Picture(engine, 1), two = Picture(engine, 2);
  const auto ask = [&](std::vector<Part> parts) {
    const std::vector<Message> messages = {User(std::move(parts))};
    return *session.Chat(messages, kHot);
  };
  const Part what = {.text = "a cat "};
  const Reply plain = ask({what});
  const Reply before = ask({{.image = one}, what});
  const Reply both = ask({{.image = one}, what, {.image = two}, what});
  EXPECT_GE(before.prompt_tokens, plain.prompt_tokens + kImageTokens);
  EXPECT_GE(both.prompt_tokens, before.prompt_tokens + kImageTokens);
  EXPECT_GE(both.reused_tokens, kImageTokens) << "the first picture was there";
  EXPECT_NE(ask({{.image = two}, what}).text, before.text);
  EXPECT_EQ(ask({{.image = one}, what}).text, before.text);
}

TEST(Chat, ModelsWithTasksAnswerAboutTheLastPicture) {
  const Engine engine = TinyEngine();
  Session session(engine), other(engine);
  const auto one = Picture(engine, 1), two = Picture(engine, 2);
  const std::vector<Message> messages = {User({{.image = one}, {.text = "who?"}}),
                                         Assistant("a cat"),
                                         User({{.image = two}, {.text = "where?"}})};
  ASSERT_FALSE(other.SetImage(*two));
  EXPECT_EQ(session.Chat(messages, kHot)->text, other.Ask("where?", kHot)->text);
  const std::vector<Message> silent = {User({{.image = two}})};
  EXPECT_EQ(session.Chat(silent, kHot)->text, other.Caption(kHot)->text);
}

TEST(Chat, RefusesWhatIsNoConversation) {
  const Engine engine = ChatEngine();
  Session session(engine);
  const auto error = [&](const std::vector<Message>& messages) {
    return ErrorOf(session.Chat(messages, {.max_tokens = 2}));
  };
  const auto picture = Picture(engine, 1);
  EXPECT_EQ(error({}), "messages: expected at least one, found none");
  EXPECT_THAT(error({User({})}), HasSubstr("expected words or a picture"));
  EXPECT_THAT(error({User({{.text = "\xff"}})}), HasSubstr("UTF-8"));
  EXPECT_THAT(error({User({{.text = "a"}}), Assistant("b")}), HasSubstr("to be the user's"));
  EXPECT_THAT(error({User({{.text = "a"}}), {.role = Role::kSystem, .parts = {}}}),
              HasSubstr("system's message to be the first"));
  EXPECT_THAT(
      error({{.role = Role::kSystem, .parts = {{.image = picture}}}, User({{.text = "a"}})}),
      HasSubstr("pictures in the user's messages only"));
  EXPECT_THAT(error({User({{.text = std::string(2 << 20, 'x')}})}), HasSubstr("bytes of text"));
  EXPECT_THAT(error({User({{.text = std::string(5000, 'x')}})}), HasSubstr("at most 319 tokens"));
  EXPECT_THAT(error({User({{.image = std::make_shared<const EncodedImage>()}})}),
              HasSubstr("picture: expected embeddings of width 24"));
  EXPECT_EQ(error({User({{.text = "a"}})}), "replied");
}

TEST(Chat, AShorterContextIsKept) {
  const Engine engine = ChatEngine({.threads = 1, .context_tokens = 100});
  EXPECT_EQ(engine.info().context_tokens, 100);
  Session session(engine);
  const std::vector<Message> messages = {User({{.text = std::string(300, 'x')}})};
  EXPECT_THAT(ErrorOf(session.Chat(messages, {})), HasSubstr("at most 99 tokens"));
}

}  // namespace
}  // namespace edgevlm
