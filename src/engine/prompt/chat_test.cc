// Conversations: how Session::Chat handles messages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "edgevlm/count_tokens.h"
#include "edgevlm/edgevlm.h"
#include "engine/testing/tiny_chat.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

constexpr int kImageTokens = 16;

std::shared_ptr<const EncodedImage> MakeImage(const Engine& engine, unsigned seed) {
  return std::make_shared<const EncodedImage>(*engine.EncodeImage(TinyImage(20, 20, seed)));
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
  std::vector<Message> messages = {User({{.image = MakeImage(engine, 1)}, {.text = "who?"}})};
  const Reply first = *session.Chat(messages, Hot(9));
  EXPECT_EQ(first.reused_tokens, 0);
  EXPECT_GT(first.prompt_tokens, kImageTokens);
  messages.push_back(Assistant(first.text));
  messages.push_back(User({{.text = "a cat?"}}));
  const Reply second = *session.Chat(messages, Hot(9));
  EXPECT_GE(second.reused_tokens, first.prompt_tokens);
  EXPECT_LT(second.reused_tokens, second.prompt_tokens);

  Session fresh(engine);
  const Reply at_once = *fresh.Chat(messages, Hot(9));
  EXPECT_EQ(at_once.reused_tokens, 0);
  EXPECT_EQ(at_once.text, second.text) << "what was reused is what would have been read";
  EXPECT_EQ(at_once.prompt_tokens, second.prompt_tokens);
}

TEST(Chat, ImagesStandWhereTheyAreShown) {
  const Engine engine = ChatEngine();
  Session session(engine);
  const auto one = MakeImage(engine, 1), two = MakeImage(engine, 2);
  const auto ask = [&](std::vector<Part> parts) {
    const std::vector<Message> messages = {User(std::move(parts))};
    return *session.Chat(messages, Hot(9));
  };
  const Part what = {.text = "a cat "};
  const Reply plain = ask({what});
  const Reply before = ask({{.image = one}, what});
  const Reply both = ask({{.image = one}, what, {.image = two}, what});
  EXPECT_GE(before.prompt_tokens, plain.prompt_tokens + kImageTokens);
  EXPECT_GE(both.prompt_tokens, before.prompt_tokens + kImageTokens);
  EXPECT_GE(both.reused_tokens, kImageTokens) << "the first image was there";
  EXPECT_NE(ask({{.image = two}, what}).text, before.text);
  EXPECT_EQ(ask({{.image = one}, what}).text, before.text);
}

TEST(Chat, ModelsWithTasksAnswerAboutTheLastImage) {
  const Engine engine = TinyEngine();
  Session session(engine), other(engine);
  const auto one = MakeImage(engine, 1), two = MakeImage(engine, 2);
  const std::vector<Message> messages = {User({{.image = one}, {.text = "who?"}}),
                                         Assistant("a cat"),
                                         User({{.image = two}, {.text = "where?"}})};
  ASSERT_FALSE(other.SetImage(*two));
  EXPECT_EQ(session.Chat(messages, Hot(9))->text, other.Ask("where?", Hot(9))->text);
  const std::vector<Message> silent = {User({{.image = two}})};
  EXPECT_EQ(session.Chat(silent, Hot(9))->text, other.Caption(Hot(9))->text);
}

TEST(Chat, RefusesWhatIsNoConversation) {
  const Engine engine = ChatEngine();
  Session session(engine);
  const auto error = [&](const std::vector<Message>& messages) {
    return ErrorOf(session.Chat(messages, {.max_tokens = 2}));
  };
  const auto image = MakeImage(engine, 1);
  EXPECT_EQ(error({}), "messages: expected at least one, found none");
  EXPECT_THAT(error({User({})}), HasSubstr("expected words or an image"));
  EXPECT_THAT(error({Assistant("a")}), HasSubstr("expected words or an image of the user's"));
  EXPECT_THAT(error({User({{.text = "a"}}), Assistant("b"), User({})}),
              HasSubstr("expected words or an image in the last one"));
  EXPECT_THAT(error({User({{.text = "\xff"}})}), HasSubstr("UTF-8"));
  EXPECT_THAT(error({{.role = Role::kSystem, .parts = {{.image = image}}}, User({{.text = "a"}})}),
              HasSubstr("images in the user's messages only"));
  EXPECT_THAT(error({User({{.text = std::string(2 << 20, 'x')}})}), HasSubstr("bytes of text"));
  EXPECT_THAT(error({User({{.text = std::string(5000, 'x')}})}), HasSubstr("at most 319 tokens"));
  EXPECT_THAT(error({User({{.image = std::make_shared<const EncodedImage>()}})}),
              HasSubstr("image: expected embeddings of width 24"));
  EXPECT_EQ(error({User({{.text = "a"}})}), "replied");
}

// The same tokens as in one reply, wherever it is cut.
TEST(Chat, ContinuesAReply) {
  for (const char* chat_template : {"chatml", "phi3", "zephyr"}) {
    const Engine engine = ChatEngine({.threads = 1, .chat_template = chat_template});
    Session session(engine);
    int compared = 0;
    for (const char* question : {"who?", "a cat?", "what is it?", "and then?", "why?"}) {
      std::vector<Message> messages = {User({{.text = question}})};
      const Reply whole = *session.Chat(messages, {.max_tokens = 12});
      const Reply partial = *session.Chat(messages, {.max_tokens = 5});
      // A text cut inside a character, or without its first blank, is another text.
      const std::vector<int> tokens = TokenizeText(engine, partial.text);
      if (tokens.size() != 5 || whole.reply_tokens != 12) continue;
      messages.push_back(Assistant(partial.text));
      const Reply rest = *session.Chat(messages, {.max_tokens = 7});
      if (rest.prompt_tokens != partial.prompt_tokens + 5) continue;
      EXPECT_EQ(partial.text + rest.text, whole.text) << chat_template << ": " << question;
      ++compared;
    }
    EXPECT_GT(compared, 0) << chat_template;
  }
}

TEST(Chat, ModelsWithTasksGoOnToo) {
  const Engine engine = TinyEngine();
  Session session(engine);
  const auto image = MakeImage(engine, 1);
  const Part what = {.text = "what?"};
  for (const Message& request : {User({{.image = image}, what}), User({{.image = image}})}) {
    const Reply partial = *session.Chat({{request}}, {.max_tokens = 5});
    const std::vector<Message> messages = {request, Assistant("a cat")};
    const Reply rest = *session.Chat(messages, {.max_tokens = 5});
    EXPECT_EQ(rest.prompt_tokens,
              partial.prompt_tokens + std::ssize(TokenizeText(engine, " a cat")));
  }
}

TEST(Chat, SystemMessagesAreWrittenWhereTheTemplateHasAPlace) {
  const auto tokens = [](const char* chat_template, const std::vector<Message>& messages) {
    const Engine engine = ChatEngine({.threads = 1, .chat_template = chat_template});
    Session session(engine);
    return session.Chat(messages, {.max_tokens = 2})->prompt_tokens;
  };
  const Message system = {.role = Role::kSystem, .parts = {{.text = "be brief"}}};
  const Message user = User({{.text = "who?"}});
  for (const char* chat_template : {"chatml", "llama2", "llama3", "vicuna", "smolvlm"}) {
    EXPECT_EQ(tokens(chat_template, {user, system}), tokens(chat_template, {system, user}))
        << chat_template;
  }
}

TEST(Chat, AShorterContextIsKept) {
  const Engine engine = ChatEngine({.threads = 1, .context_tokens = 100});
  EXPECT_EQ(engine.info().context_tokens, 100);
  Session session(engine);
  const std::vector<Message> messages = {User({{.text = std::string(300, 'x')}})};
  EXPECT_THAT(ErrorOf(session.Chat(messages, {})), HasSubstr("at most 99 tokens"));
}

// A model with a chat template in its file, and what it warns about.
struct TemplateEngine {
  explicit TemplateEngine(const std::string& program) {
    TinyModel model = TinyWithTokenizer();
    model.keys[std::string(keys::kChatTemplate)] = program;
    // The tasks of the tiny model would come first.
    auto tokens = std::get<std::vector<std::string>>(model.keys[std::string(keys::kTokens)]);
    for (std::string& token : tokens) {
      if (token == "<|caption|>") token = "<|im_end|>";
      if (token == "<|question|>") token = "<|im_start|>";
    }
    model.keys[std::string(keys::kTokens)] = tokens;
    Result<Engine> loaded =
        Engine::Load(model.ToBytes(), {.threads = 1, .on_warning = [this](const std::string& line) {
                                         warnings.push_back(line);
                                       }});
    if (!loaded) {
      error = loaded.error().message;
      return;
    }
    engine.emplace(*std::move(loaded));
  }

  std::vector<std::string> warnings;
  std::optional<Engine> engine;
  std::string error;
};

constexpr const char* kChatMlProgram =
    "{% for m in messages %}{% if 'refused' in m.content %}{{ raise_exception('not this') }}"
    "{% endif %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
    "{% if mode is defined %}{{ mode }}{% endif %}";

TEST(ChatTemplateOfAFile, WritesThePrompts) {
  const TemplateEngine own(kChatMlProgram);
  ASSERT_TRUE(own.engine) << own.error;
  EXPECT_EQ(own.engine->info().chat_template, "chatml");
  EXPECT_EQ(own.engine->info().template_program, kChatMlProgram);
  const auto count = [&](const std::string& text, const TemplateInputs& inputs = {}) {
    const std::vector<Message> messages = {User({{.text = text}})};
    return *CountPromptTokens(*own.engine, messages, inputs);
  };
  const int tokens = count("Hi");
  EXPECT_EQ(count("Hi<|im_end|>"), tokens + 10) << "typed markup is text";
  EXPECT_EQ(count("Hi", {.variables = R"({"mode": "abc"})"}), tokens + 3);
  EXPECT_TRUE(own.warnings.empty());
  // Written as its family's, with one warning.
  count("refused");
  count("refused");
  ASSERT_EQ(own.warnings.size(), 1u);
  EXPECT_EQ(own.warnings[0],
            "chat template: line 1: not this: this conversation is written as those of chatml");
}

TEST(ChatTemplateOfAFile, OneThatCannotBeRunIsThatOfItsFamily) {
  const TemplateEngine broken("{% include 'x' %}<|im_start|>");
  ASSERT_TRUE(broken.engine) << broken.error;
  EXPECT_EQ(broken.engine->info().chat_template, "chatml");
  EXPECT_EQ(broken.engine->info().template_program, "");
  ASSERT_EQ(broken.warnings.size(), 1u);
  EXPECT_THAT(broken.warnings[0], HasSubstr("unknown block 'include'"));
  const TemplateEngine unknown("{% include 'x' %}");
  EXPECT_THAT(unknown.error, HasSubstr("found one in the file that is none of them"));
}

TEST(ChatTemplateOfAFile, NeedsNoKnownFamily) {
  const TemplateEngine own("{% for m in messages %}{{ m.role[0] + m.content }}{% endfor %}");
  ASSERT_TRUE(own.engine) << own.error;
  EXPECT_EQ(own.engine->info().chat_template, "own");
  const std::vector<Message> messages = {User({{.text = "Hi"}})};
  EXPECT_EQ(*CountPromptTokens(*own.engine, messages), 3);
}

}  // namespace
}  // namespace edgevlm
