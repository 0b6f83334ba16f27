#include "tokenizer/chat_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgevlm {
namespace {

using ::testing::HasSubstr;
using Kind = PromptPiece::Kind;

ChatMessage Message(ChatRole role, const std::string& text) { return {role, {{.text = text}}}; }

ChatPart Text(const std::string& text) { return {.text = text}; }
ChatPart ImagePart(int image) { return {.image = image}; }

// Two turns and a question, with spaces around one reply.
std::vector<ChatMessage> Conversation() {
  return {Message(ChatRole::kSystem, "Be brief."),  Message(ChatRole::kUser, "Hi"),
          Message(ChatRole::kAssistant, "Hello."),  Message(ChatRole::kUser, "Why?"),
          Message(ChatRole::kAssistant, "  So.  "), Message(ChatRole::kUser, "Bye")};
}

ChatTemplate Choose(std::string_view name, std::string_view program,
                    std::string_view eos = "</s>") {
  Result<ChatTemplate> chosen = ChooseChatTemplate(name, program, eos);
  CHECK(chosen.ok());
  return *std::move(chosen);
}

// The prompt as one string, images as "[0]".
std::string Write(const ChatTemplate& chat_template, const std::vector<ChatMessage>& messages,
                  bool with_reply = true) {
  std::string prompt;
  for (const PromptPiece& piece : WriteChat(chat_template, messages, with_reply)) {
    prompt += piece.kind == Kind::kImage ? "[" + std::to_string(piece.image) + "]" : piece.text;
  }
  return prompt;
}

std::string WriteUser(const ChatTemplate& chat_template, std::vector<ChatPart> parts) {
  return Write(chat_template, {{ChatRole::kUser, std::move(parts)}});
}

TEST(ChatTemplate, ChatMl) {
  const ChatTemplate plain = Choose(
      "",
      "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] "
      "+ '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ "
      "'<|im_start|>assistant\n' }}{% endif %}");
  EXPECT_EQ(plain.name, "chatml");
  EXPECT_EQ(Write(plain, Conversation()),
            "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n"
            "<|im_start|>assistant\nHello.<|im_end|>\n<|im_start|>user\nWhy?<|im_end|>\n"
            "<|im_start|>assistant\n  So.  <|im_end|>\n<|im_start|>user\nBye<|im_end|>\n"
            "<|im_start|>assistant\n");
  EXPECT_EQ(WriteUser(plain, {Text("Hi")}),
            "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
  EXPECT_EQ(WriteUser(plain, {Text("A "), ImagePart(0), Text(" b"), ImagePart(1)}),
            "<|im_start|>user\nA [0] b[1]<|im_end|>\n<|im_start|>assistant\n");
  EXPECT_EQ(plain.ends, (std::vector<std::string>{"<|im_end|>"}));
}

// The program of Gemma 3, shortened.
TEST(ChatTemplate, Gemma) {
  const ChatTemplate gemma =
      Choose("",
             "{{ bos_token }}{%- if messages[0]['role'] == 'system' -%}{%- set first_user_prefix = "
             "messages[0]['content'] + '\n\n' -%}{%- endif -%}{{ '<start_of_turn>' + role + '\n' + "
             "(first_user_prefix if loop.first else \"\") }}{{ message['content'] | trim }}"
             "{{ '<end_of_turn>\n' }}");
  EXPECT_EQ(gemma.name, "gemma");
  EXPECT_EQ(Write(gemma, Conversation()),
            "<start_of_turn>user\nBe brief.\n\nHi<end_of_turn>\n"
            "<start_of_turn>model\nHello.<end_of_turn>\n<start_of_turn>user\nWhy?<end_of_turn>\n"
            "<start_of_turn>model\nSo.<end_of_turn>\n<start_of_turn>user\nBye<end_of_turn>\n"
            "<start_of_turn>model\n");
  EXPECT_EQ(WriteUser(gemma, {Text("A "), ImagePart(0), Text(" Hi ")}),
            "<start_of_turn>user\nA[0]Hi<end_of_turn>\n<start_of_turn>model\n");
  EXPECT_EQ(ChatTemplateFor([](std::string_view token) { return token == "<start_of_turn>"; }),
            "gemma");
  EXPECT_EQ(ChatTemplateFor([](std::string_view) { return false; }), "vicuna");
}

TEST(ChatTemplate, ChatMlWritesTheSystemTextOfItsProgram) {
  for (const char* line_end : {"\n", "\\n"}) {
    const std::string n = line_end;
    const ChatTemplate qwen = Choose(
        "", "{%- if tools %}{{- '<|im_start|>system" + n + "' }}{{- '<|im_start|>system" + n +
                "' + messages[0]['content'] + '<|im_end|>" + n + "' }}{{ '<|im_start|>system" + n +
                "You are a helpful assistant<|im_end|>" + n + "' }}<|vision_start|>");
    EXPECT_EQ(qwen.default_system, "You are a helpful assistant");
    EXPECT_EQ(WriteUser(qwen, {ImagePart(0), Text("Hi")}),
              "<|im_start|>system\nYou are a helpful assistant<|im_end|>\n<|im_start|>user\n"
              "<|vision_start|>[0]<|vision_end|>Hi<|im_end|>\n<|im_start|>assistant\n");
    EXPECT_THAT(Write(qwen, Conversation()),
                ::testing::StartsWith("<|im_start|>system\nBe brief.<|im_end|>"));
    EXPECT_EQ(Choose("chatml", "").default_system, std::nullopt);
  }
}

TEST(ChatTemplate, Llama3) {
  const ChatTemplate made =
      Choose("", "'<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'");
  EXPECT_EQ(made.name, "llama3");
  EXPECT_EQ(Write(made, Conversation()),
            "<|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>"
            "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
            "<|start_header_id|>assistant<|end_header_id|>\n\nHello.<|eot_id|>"
            "<|start_header_id|>user<|end_header_id|>\n\nWhy?<|eot_id|>"
            "<|start_header_id|>assistant<|end_header_id|>\n\nSo.<|eot_id|>"
            "<|start_header_id|>user<|end_header_id|>\n\nBye<|eot_id|>"
            "<|start_header_id|>assistant<|end_header_id|>\n\n");
  EXPECT_EQ(WriteUser(made, {Text(" a "), ImagePart(0), Text(" b ")}),
            "<|start_header_id|>user<|end_header_id|>\n\na [0] b<|eot_id|>"
            "<|start_header_id|>assistant<|end_header_id|>\n\n");
}

// The family's markers say how the model calls tools, and whether their results have a turn.
TEST(ChatTemplate, RecognizesToolCalls) {
  const std::string chatml = "'<|im_start|>' + message['role']";
  EXPECT_EQ(Choose("", chatml).tool_calls, ToolCalls::kNone);
  EXPECT_EQ(Choose("", chatml + "'<tool_call>\\n'").tool_calls, ToolCalls::kHermes);
  EXPECT_EQ(Choose("", chatml + "'<tool_call>\\n<function='").tool_calls, ToolCalls::kFunctionTags);
  const std::vector<ChatMessage> result = {Message(ChatRole::kUser, "Hi"),
                                           Message(ChatRole::kTool, "12:00")};
  EXPECT_EQ(Write(Choose("", chatml), result, false),
            "<|im_start|>user\nHi<|im_end|>\n<|im_start|>user\n12:00<|im_end|>\n");
  const ChatTemplate llama =
      Choose("", "'<|start_header_id|>ipython<|end_header_id|>\n\n' '<|eot_id|>'");
  EXPECT_EQ(llama.tool_calls, ToolCalls::kBareJson);
  EXPECT_EQ(Write(llama, result, false),
            "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
            "<|start_header_id|>ipython<|end_header_id|>\n\n12:00<|eot_id|>");
}

TEST(ChatTemplate, Llama32HasTheDate) {
  const ChatTemplate made = Choose("", R"({%- if strftime_now is defined %}
{%- set date_string = strftime_now("%d %b %Y") %}{%- else %}
{%- set date_string = "26 Jul 2024" %}{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\n\n" }}
{{- "Cutting Knowledge Date: December 2023\n" }}
{{- "Today Date: " + date_string + "\n\n" }}{{- system_message }}{{- "<|eot_id|>" }})");
  const std::string system =
      "<|start_header_id|>system<|end_header_id|>\n\nCutting Knowledge Date: December 2023\n"
      "Today Date: 26 Jul 2024\n\n";
  EXPECT_THAT(Write(made, Conversation()), ::testing::StartsWith(system + "Be brief.<|eot_id|>"));
  EXPECT_EQ(WriteUser(made, {Text("Hi")}),
            system +
                "<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
                "<|start_header_id|>assistant<|end_header_id|>\n\n");
  // Once only.
  EXPECT_EQ(
      Write(made, {Message(ChatRole::kUser, "Hi"), Message(ChatRole::kSystem, "Be brief.")}, false),
      system +
          "<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
          "<|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>");
}

TEST(ChatTemplate, Phi3) {
  const ChatTemplate made = Choose("", "{{'<|' + message['role'] + '|>'}}<|end|><|assistant|>");
  EXPECT_EQ(
      Write(made, Conversation()),
      "<|system|>Be brief.<|end|><|user|>Hi<|end|><|assistant|>Hello.<|end|><|user|>Why?<|end|>"
      "<|assistant|>  So.  <|end|><|user|>Bye<|end|><|assistant|>");
  EXPECT_EQ(Choose("phi-3", "").name, "phi3");
}

TEST(ChatTemplate, ZephyrEndsMessagesWithTheModelsEos) {
  const ChatTemplate tiny = Choose("", "{{ '<|user|>\n' + message['content'] + eos_token }}");
  EXPECT_EQ(Write(tiny, Conversation()),
            "<|system|>\nBe brief.</s>\n<|user|>\nHi</s>\n<|assistant|>\nHello.</s>\n"
            "<|user|>\nWhy?</s>\n<|assistant|>\n  So.  </s>\n<|user|>\nBye</s>\n<|assistant|>\n");
  EXPECT_EQ(WriteUser(Choose("", "<|user|><|endoftext|>", ""), {Text("Hi")}),
            "<|user|>\nHi<|endoftext|>\n<|assistant|>\n");
  EXPECT_EQ(Choose("tinyllama", "").name, "zephyr");
}

TEST(ChatTemplate, SmolVlm) {
  const ChatTemplate made =
      Choose("",
             "<|im_start|>{% for message in messages %}{{message['role'] | capitalize}}"
             "<end_of_utterance>\n{% endfor %}{% if add_generation_prompt %}{{ 'Assistant:' }}");
  EXPECT_EQ(made.name, "smolvlm");
  EXPECT_EQ(Write(made, Conversation()),
            "<|im_start|>System: Be brief.<end_of_utterance>\nUser: Hi<end_of_utterance>\n"
            "Assistant: Hello.<end_of_utterance>\nUser: Why?<end_of_utterance>\n"
            "Assistant:   So.  <end_of_utterance>\nUser: Bye<end_of_utterance>\nAssistant:");
  EXPECT_EQ(WriteUser(made, {ImagePart(0), Text("What is this?")}),
            "<|im_start|>User:[0]What is this?<end_of_utterance>\nAssistant:");
  EXPECT_EQ(WriteUser(made, {Text("Is "), ImagePart(0), Text(" like "), ImagePart(1), Text("?")}),
            "<|im_start|>User: Is [0] like [1]?<end_of_utterance>\nAssistant:");
}

TEST(ChatTemplate, VicunaAsLlavaWritesIt) {
  const ChatTemplate llava = Choose("", "");
  EXPECT_EQ(llava.name, "vicuna");
  const std::string opening =
      "A chat between a curious user and an artificial intelligence assistant. The assistant gives "
      "helpful, detailed, and polite answers to the user's questions. ";
  EXPECT_EQ(WriteUser(llava, {ImagePart(0), Text("What is this?")}),
            opening + "USER: [0]\nWhat is this? ASSISTANT:");
  EXPECT_EQ(Write(llava, Conversation()),
            "Be brief. USER: Hi ASSISTANT: Hello.</s>USER: Why? ASSISTANT:   So.  </s>USER: Bye "
            "ASSISTANT:");
  // Without a default system text in the program there is none.
  const ChatTemplate named = Choose("", "{{ role.upper() + ': ' }}{{ 'ASSISTANT:' }}");
  EXPECT_EQ(WriteUser(named, {Text("Hi")}), "USER: Hi ASSISTANT:");
}

TEST(ChatTemplate, VicunaFollowsProgramsThatWriteLines) {
  const std::string user = "{{-'USER: ' + message['content'] + '\n'-}}{{-'ASSISTANT: '}}";
  EXPECT_EQ(Write(Choose("", user), Conversation()),
            "Be brief.\n\nUSER: Hi\nASSISTANT: Hello.</s>\nUSER: Why?\nASSISTANT:   So.  </s>\n"
            "USER: Bye\nASSISTANT:");
  EXPECT_EQ(Write(Choose("", "{{-'SYSTEM: ' + message['content'] + '\n'}}" + user), Conversation()),
            "SYSTEM: Be brief.\nUSER: Hi\nASSISTANT: Hello.</s>\nUSER: Why?\n"
            "ASSISTANT:   So.  </s>\nUSER: Bye\nASSISTANT:");
}

TEST(ChatTemplate, Llama2AndItsVariants) {
  EXPECT_EQ(Write(Choose("llama2", ""), Conversation()),
            "[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nHi [/INST] Hello. </s><s>[INST] Why? [/INST] "
            "So. </s><s>[INST] Bye [/INST]");
  EXPECT_EQ(WriteUser(Choose("llama2", ""), {Text("Hi")}), "[INST] Hi [/INST]");
  // Replies with spaces around them, texts as they are, bos before each turn.
  EXPECT_EQ(Write(Choose("",
                         "{{- bos_token + '[INST] ' + content + ' [/INST]' -}}{{- '[INST] "
                         "<<SYS>>\\n' }}{{- ' '  + content + ' ' + eos_token -}}"),
                  Conversation()),
            "[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nHi [/INST] Hello. </s><s>[INST] Why? [/INST]  "
            " So.   </s><s>[INST] Bye [/INST]");
  // Texts stripped, no bos inside.
  EXPECT_EQ(Write(Choose("",
                         "{{ bos_token }}{{ '[INST] ' + content.strip() + ' [/INST]' "
                         "}}<<SYS>>{{ ' '  + content.strip() + ' ' + eos_token }}"),
                  Conversation()),
            "[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nHi [/INST] Hello. </s>[INST] Why? [/INST] So. "
            "</s>[INST] Bye [/INST]");
}

TEST(ChatTemplate, Mistral) {
  EXPECT_EQ(Write(Choose("",
                         "{{ '[INST] ' + message['content'] + ' [/INST]' }}{{ "
                         "message['content'] + eos_token}}"),
                  Conversation()),
            "[INST] Be brief.\nHi [/INST]Hello.</s>[INST] Why? [/INST]  So.  </s>[INST] Bye "
            "[/INST]");
  EXPECT_EQ(Write(Choose("",
                         "{{- ' [INST] ' + system_message + '\\n\\n' + message['content'] + ' "
                         "[/INST]' }}{{- ' ' + message['content'] + eos_token}}"),
                  Conversation()),
            " [INST] Be brief.\n\nHi [/INST] Hello.</s> [INST] Why? [/INST]   So.  </s> [INST] Bye "
            "[/INST]");
}

// The reply is continued: its turn is open, and its trailing spaces are part of it.
TEST(ChatTemplate, ContinuesALastMessageOfTheAssistant) {
  const std::vector<ChatMessage> messages = {Message(ChatRole::kUser, "Hi"),
                                             Message(ChatRole::kAssistant, " Well, ")};
  EXPECT_EQ(Write(Choose("chatml", ""), messages),
            "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n Well, ");
  EXPECT_EQ(Write(Choose("llama3", ""), messages),
            "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
            "<|start_header_id|>assistant<|end_header_id|>\n\nWell, ");
  EXPECT_EQ(Write(Choose("llama2", ""), messages), "[INST] Hi [/INST] Well, ");
  EXPECT_EQ(Write(Choose("smolvlm", ""), messages),
            "<|im_start|>User: Hi<end_of_utterance>\nAssistant:  Well, ");
  EXPECT_EQ(Write(Choose("vicuna", "{{ role.upper() + ': ' }}{{ 'ASSISTANT:' }}"), messages),
            "USER: Hi ASSISTANT:  Well, ");
}

TEST(ChatTemplate, SystemMessagesMayFollowIfTheyHaveMarkup) {
  const std::vector<ChatMessage> messages = {Message(ChatRole::kUser, "Hi"),
                                             Message(ChatRole::kSystem, "Be brief."),
                                             Message(ChatRole::kUser, "Why?")};
  const ChatTemplate chatml = Choose("chatml", "");
  ASSERT_TRUE(SystemMayFollow(chatml));
  EXPECT_EQ(Write(chatml, messages),
            "<|im_start|>user\nHi<|im_end|>\n<|im_start|>system\nBe brief.<|im_end|>\n"
            "<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n");
  for (const char* name : {"llama3", "phi3", "zephyr", "smolvlm"}) {
    EXPECT_TRUE(SystemMayFollow(Choose(name, ""))) << name;
  }
  for (const char* name : {"llama2", "vicuna"}) {
    EXPECT_FALSE(SystemMayFollow(Choose(name, ""))) << name;
  }
}

TEST(ChatTemplate, TypedMarkupIsText) {
  const std::vector<PromptPiece> expected = {{.kind = Kind::kMarkup, .text = "<|im_start|>user\n"},
                                             {.kind = Kind::kText, .text = "<|im_end|>Hi"},
                                             {.kind = Kind::kImage, .image = 3},
                                             {.kind = Kind::kMarkup, .text = "<|im_end|>\n"}};
  const std::vector<ChatMessage> messages = {
      {ChatRole::kUser, {Text("<|im_end|>"), Text("Hi"), ImagePart(3)}}};
  EXPECT_EQ(WriteChat(Choose("chatml", ""), messages, false), expected);
}

TEST(ChatTemplate, UnknownNamesListTheKnownOnes) {
  for (const char* program : {"{{ '<start_of_role>' }}", "<|im_start|><|im_sep|>",
                              "[INST][SYSTEM_PROMPT]", "[gMASK]<sop><|user|></s>"}) {
    const Result<ChatTemplate> chosen = ChooseChatTemplate("", program, "</s>");
    ASSERT_FALSE(chosen) << program;
    EXPECT_EQ(chosen.error().code, ErrorCode::kUnsupported);
    EXPECT_EQ(chosen.error().message,
              "chat template: expected smolvlm, chatml, llama2, phi3, zephyr, llama3, gemma or "
              "vicuna, found one in the file that is none of them");
  }
  EXPECT_THAT(ChooseChatTemplate("granite", "", "").error().message, HasSubstr("found 'granite'"));
  EXPECT_EQ(Choose("llama3", "<|im_start|>").name, "llama3");  // the name counts
}

}  // namespace
}  // namespace edgevlm
