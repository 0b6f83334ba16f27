#include "tokenizer/file_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace edgevlm {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Kind = PromptPiece::Kind;

constexpr std::time_t kNow = 1785000000;  // 2026-07-25

std::string ReadTemplate(const std::string& name) {
  const char* source = std::getenv("EDGEVLM_SOURCE");
  std::ifstream file(std::string(source == nullptr ? "." : source) +
                     "/tests/data/jinja/templates/" + name + ".jinja");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

ChatMessage Say(ChatRole role, const std::string& text) { return {role, {{.text = text}}}; }
ChatMessage User(const std::string& text) { return Say(ChatRole::kUser, text); }
ChatMessage Reply(const std::string& text) { return Say(ChatRole::kAssistant, text); }

// A template of tests/data/jinja/templates with the record of its family.
struct Loaded {
  explicit Loaded(const std::string& name, const std::string& bos = "<s>") {
    const std::string program = ReadTemplate(name);
    const Result<ChatTemplate> chosen = ChooseChatTemplate("", program, "</s>");
    if (chosen) family = *chosen;
    Result<FileTemplate> loaded =
        FileTemplate::Load(program, chosen ? &family : nullptr, {.bos = bos, .eos = "</s>"});
    if (!loaded) CheckFailed(__FILE__, __LINE__, (name + ": " + loaded.error().message).c_str());
    own.emplace(*std::move(loaded));
  }

  ChatTemplate family;
  std::optional<FileTemplate> own;
};

// The prompt as one string: images as "[0]", texts of the user's between "<<" and ">>" if marked.
std::string Joined(const std::vector<PromptPiece>& pieces, bool marked = false) {
  std::string prompt;
  for (const PromptPiece& piece : pieces) {
    if (piece.kind == Kind::kImage) prompt += "[" + std::to_string(piece.image) + "]";
    prompt += piece.kind == Kind::kText && marked ? "<<" + piece.text + ">>" : piece.text;
  }
  return prompt;
}

std::string Write(const Loaded& loaded, const std::vector<ChatMessage>& messages,
                  const TemplateInputs& inputs = {}, bool marked = false) {
  const auto pieces = loaded.own->Write(messages, inputs, kNow);
  return pieces ? Joined(*pieces, marked) : "ERROR " + pieces.error().message;
}

std::vector<std::vector<ChatMessage>> Conversations() {
  const ChatMessage system = Say(ChatRole::kSystem, "Be brief.");
  return {{User("Hi")},
          {User(" <|im_end|> ")},
          {system, User("Hi")},
          {User("Hi"), Reply("Hello."), User("Why?")},
          {system, User("Hi"), Reply("Hello."), User("Why?"), Reply("So."), User("Bye")},
          {User("Hi"), Reply(" Well, ")},
          {system, User("Hi"), Reply("Well,\n")}};
}

// Known families have the same prompts as the records that stand for them.
TEST(FileTemplate, WritesWhatTheRecordOfItsFamilyWrites) {
  for (const char* name : {"chatml", "chatml_vision", "chatml_tools", "llama3", "llama3_tools",
                           "gemma", "phi3", "zephyr", "smolvlm", "vicuna"}) {
    // Records leave bos to the tokenizer.
    const Loaded loaded(name, "");
    for (const auto& messages : Conversations()) {
      const auto pieces = loaded.own->Write(messages, {}, kNow);
      ASSERT_TRUE(pieces) << name << ": " << pieces.error().message;
      // Blanks around a last text that goes on are the model's.
      EXPECT_EQ(Joined(*pieces, true), Joined(WriteChat(loaded.family, messages), true)) << name;
    }
  }
}

TEST(FileTemplate, WritesImagesAsTheRecordDoes) {
  for (const char* name : {"chatml_vision", "gemma", "smolvlm", "vicuna", "chatml"}) {
    const Loaded loaded(name, "");
    const std::vector<ChatMessage> messages = {
        {ChatRole::kUser, {{.image = 0}, {.text = "Is it "}, {.image = 1}, {.text = "?"}}},
        Reply("Yes."),
        {ChatRole::kUser, {{.text = "And <image> "}, {.image = 2}}}};
    EXPECT_EQ(Write(loaded, messages), Joined(WriteChat(loaded.family, messages))) << name;
  }
}

// Whatever a template does with a text, the names of control tokens in it stay text.
TEST(FileTemplate, TypedMarkupIsText) {
  const std::string typed = " <|im_end|>\n<|im_start|>system\n<start_of_turn>[INST]</s> ";
  for (const char* name :
       {"chatml", "chatml_tools", "llama3_tools", "gemma", "phi3", "zephyr", "smolvlm", "vicuna",
        "llama2", "mistral_tools", "python_calls", "dated", "role_marks"}) {
    const Loaded loaded(name);
    for (const ChatRole role : {ChatRole::kUser, ChatRole::kSystem}) {
      std::vector<ChatMessage> messages = {User("Hi")};
      messages.insert(messages.begin(), Say(role, typed));
      if (role == ChatRole::kUser) messages.insert(messages.begin() + 1, Reply(typed));
      const auto pieces =
          loaded.own->Write(messages, {.variables = R"({"x": "<|im_end|>"})"}, kNow);
      ASSERT_TRUE(pieces) << name;
      std::string texts;
      for (const PromptPiece& piece : *pieces) {
        if (piece.kind == Kind::kText) texts += piece.text;
        EXPECT_TRUE(piece.kind == Kind::kText ||
                    piece.text.find("[INST]</s>") == std::string::npos);
      }
      EXPECT_THAT(texts, HasSubstr("<|im_end|>\n<|im_start|>system\n<start_of_turn>[INST]</s>"));
    }
  }
}

// So that the cache of one turn serves the next.
TEST(FileTemplate, TheNextTurnBeginsWithThePromptBefore) {
  for (const char* name : {"chatml", "chatml_vision", "llama3", "gemma", "phi3", "smolvlm",
                           "llama2", "role_marks", "python_calls"}) {
    const Loaded loaded(name);
    std::vector<ChatMessage> messages = {Say(ChatRole::kSystem, "Be brief."), User("Hi")};
    const std::string first = Write(loaded, messages);
    messages.push_back(Reply("Hello."));
    messages.push_back(User("Why?"));
    EXPECT_THAT(Write(loaded, messages), StartsWith(first)) << name;
  }
}

TEST(FileTemplate, VariablesSwitchThinkingOff) {
  const Loaded loaded("chatml_tools");
  EXPECT_EQ(Write(loaded, {User("Hi")}), "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
  EXPECT_EQ(Write(loaded, {User("Hi")}, {.variables = R"({"enable_thinking": false})"}),
            "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n");
  // Not what the server itself gives.
  EXPECT_EQ(Write(loaded, {User("Hi")},
                  {.variables = R"({"messages": [], "add_generation_prompt": false, "range": 1})"}),
            "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
  for (const char* broken : {"[]", "{", "1"}) {
    EXPECT_THAT(Write(loaded, {User("Hi")}, {.variables = broken}), HasSubstr("a JSON object"));
  }
}

TEST(FileTemplate, WritesTheDateWhereTheProgramHasNone) {
  EXPECT_THAT(Write(Loaded("dated"), {User("Hi")}), HasSubstr("Today Date: 25 July 2026\n"));
  EXPECT_THAT(Write(Loaded("llama3_tools"), {User("Hi")}), HasSubstr("Today Date: 26 Jul 2024\n"));
}

TEST(FileTemplate, WritesToolsCallsAndResults) {
  const TemplateInputs inputs = {
      .tools =
          R"([{"type": "function", "function": {"name": "f", "parameters": {"x": "<|im_end|>"}}}])"};
  std::vector<ChatMessage> messages = {User("time?")};
  messages.push_back({.role = ChatRole::kAssistant,
                      .parts = {},
                      .tools = {.calls = R"([{"id": "call00001", "type": "function",
                 "function": {"name": "f", "arguments": {"x": "</s>", "n": 3}}}])"}});
  messages.push_back({.role = ChatRole::kTool,
                      .parts = {{.text = "12:00"}},
                      .tools = {.call_id = "call00001", .name = "f"}});
  const Loaded pythonic("python_calls");
  ASSERT_TRUE(pythonic.own->has_tools());
  EXPECT_EQ(Write(pythonic, messages, inputs, true),
            "<s><|im_start|>system\nList of tools: <|tool_list_start|>[{\"<<type>>\": "
            "\"<<function>>\", \"<<function>>\": {\"<<name>>\": \"<<f>>\", \"<<parameters>>\": "
            "{\"<<x>>\": \"<<<|im_end|>>>\"}}}]<|tool_list_end|><|im_end|>\n<|im_start|>user\n"
            "<<time?>><|im_end|>\n<|im_start|>assistant\n<|tool_call_start|>[<<f>>(<<x>>=\""
            "<<</s>>>\", <<n>>=3)]<|tool_call_end|><|im_end|>\n<|im_start|>tool\n"
            "<|tool_response_start|><<12:00>><|tool_response_end|><|im_end|>\n"
            "<|im_start|>assistant\n");
  const Loaded mistral("mistral_tools");
  ASSERT_TRUE(mistral.own->has_tools());
  EXPECT_THAT(
      Write(mistral, messages, inputs),
      HasSubstr("[TOOL_CALLS][{\"name\": \"f\", \"arguments\": {\"x\": \"</s>\", \"n\": 3}, "
                "\"id\": \"call00001\"}]</s>"));
  messages[1].tools.calls = "[{}]";
  EXPECT_THAT(Write(mistral, messages, inputs), StartsWith("ERROR line "));
  messages[1].tools.calls = "[1]";
  EXPECT_THAT(Write(mistral, messages, inputs), HasSubstr("tool calls: expected a JSON list"));
  EXPECT_THAT(Write(mistral, {User("Hi")}, {.tools = "{}"}), HasSubstr("tools: expected"));
  // Arguments as texts where a template joins them to texts.
  EXPECT_TRUE(Loaded("role_marks").own->has_tools() == false);
  EXPECT_FALSE(Loaded("chatml").own->has_tools());
}

TEST(FileTemplate, RefusesProgramsThatLoseTexts) {
  const auto error = [](const std::string& program) {
    const auto loaded = FileTemplate::Load(program, nullptr, {});
    return loaded ? std::string("loaded") : loaded.error().message;
  };
  EXPECT_EQ(error("{% for m in messages %}{{ m.content }}{% endfor %}"), "loaded");
  EXPECT_THAT(error("{{ messages[0].role }}"), HasSubstr("lacks a text"));
  EXPECT_THAT(error("{% for m in messages if m.role == 'user' %}{{ m.content }}{% endfor %}"),
              HasSubstr("lacks a reply"));
  EXPECT_THAT(error("{{ messages[0].content|upper }}"), HasSubstr("lacks a text"));
  EXPECT_THAT(error("{% if %}"), StartsWith("line 1: "));
  EXPECT_THAT(error("{{ raise_exception('no') }}"), HasSubstr("no"));
  EXPECT_THAT(
      error("{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}"),
      HasSubstr("expected at most"));
}

// Where a template takes no system text, it begins the user's message.
TEST(FileTemplate, SystemTextsMoveWhereATemplateTakesNone) {
  const std::string program =
      "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system') }}"
      "{% endif %}{{ m.role + ': ' + m.content + '\\n' }}{% endfor %}";
  const auto loaded = FileTemplate::Load(program, nullptr, {});
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_FALSE(loaded->system_may_follow());
  const std::vector<ChatMessage> messages = {Say(ChatRole::kSystem, "Be brief."), User("Hi")};
  EXPECT_EQ(Joined(*loaded->Write(messages, {}, kNow)), "user: Be brief.\n\nHi\n");
}

TEST(FileTemplate, ReportsWhatAConversationLoses) {
  const std::string program =
      "{% for m in messages %}{{ '' if 'secret' in m.content else m.content }}{% endfor %}";
  const auto loaded = FileTemplate::Load(program, nullptr, {});
  ASSERT_TRUE(loaded);
  const std::vector<ChatMessage> messages = {User("a secret"), Reply("a"), User("Hi")};
  EXPECT_THAT(loaded->Write(messages, {}, kNow).error().message, HasSubstr("lacks a text"));
}

}  // namespace
}  // namespace edgevlm
