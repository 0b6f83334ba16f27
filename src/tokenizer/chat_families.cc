// The known families of chat templates, and the markers by which they are recognized.
#include <algorithm>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <utility>

#include "tokenizer/chat_template.h"
#include "tokenizer/vocabulary.h"

namespace edgevlm {
namespace {

bool Has(std::string_view text, std::string_view mark) {
  return text.find(mark) != std::string_view::npos;
}

bool HasAny(std::string_view text, std::initializer_list<std::string_view> marks) {
  return std::any_of(marks.begin(), marks.end(),
                     [text](std::string_view mark) { return Has(text, mark); });
}

// The default system text of a ChatML template. It is found between the markup of a system message,
// inside one string literal of the program.
std::optional<std::string> DefaultSystem(std::string_view program) {
  constexpr std::string_view kBefore = "<|im_start|>system";
  constexpr std::string_view kAfter = "<|im_end|>";
  for (std::size_t at = program.find(kBefore); at != std::string_view::npos;
       at = program.find(kBefore, at + 1)) {
    std::string_view rest = program.substr(at + kBefore.size());
    if (!rest.starts_with("\n") && !rest.starts_with("\\n")) continue;
    rest.remove_prefix(rest[0] == '\n' ? 1 : 2);
    const std::string_view text = rest.substr(0, rest.find(kAfter));
    if (text.size() < rest.size() && !text.empty() && !HasAny(text, {"'", "\"", "{", "\\"})) {
      return std::string(text);
    }
  }
  return std::nullopt;
}

// "<|im_start|>" begins a message (OpenAI 2023); Qwen2, SmolLM2.
ChatTemplate ChatMl(std::string_view program, std::string_view /*eos*/) {
  ChatTemplate made = {.name = "chatml",
                       .system = {"<|im_start|>system\n", "<|im_end|>\n"},
                       .user = {"<|im_start|>user\n", "<|im_end|>\n"},
                       .assistant = {"<|im_start|>assistant\n", "<|im_end|>\n"},
                       .reply = "<|im_start|>assistant\n",
                       .default_system = DefaultSystem(program),
                       .ends = {"<|im_end|>"}};
  made.tool_calls = ToolCallsOf(program);
  if (Has(program, "<|vision_start|>")) {  // Qwen2-VL
    made.before_image = "<|vision_start|>";
    made.after_image = "<|vision_end|>";
  }
  return made;
}

// Llama 2, and Mistral, which has no <<SYS>>. Without a program the format is Llama 2's.
ChatTemplate Llama2(std::string_view program, std::string_view eos) {
  const std::string end(eos.empty() ? "</s>" : eos);
  const bool own = program.empty();
  const std::string open = HasAny(program, {"' [INST] '", "\" [INST] \""}) ? " [INST] "
                           : HasAny(program, {"'[INST]'", "\"[INST]\""})   ? "[INST]"
                                                                           : "[INST] ";
  const bool tight = HasAny(program, {"'[/INST]'", "\"[/INST]\""});
  const bool space_before = own || HasAny(program, {"' ' + ", "' '  + ", "\" \" + "});
  const bool space_after = own || HasAny(program, {"+ ' ' + eos_token", "+ \" \" + eos_token"});
  ChatTemplate made = {.name = "llama2",
                       .user = {open, tight ? "[/INST]" : " [/INST]"},
                       .assistant = {space_before ? " " : "", (space_after ? " " : "") + end},
                       .system_opens_turn = true,
                       .trims = own || HasAny(program, {"content.strip()", "content'].strip()"}),
                       .ends = {end},
                       .tool_calls = ToolCallsOf(program)};
  if (own || Has(program, "<<SYS>>")) {
    made.system = {open + "<<SYS>>\n", "\n<</SYS>>\n\n"};
  } else {
    const bool far = HasAny(program, {"system_message + '\\n\\n'", "system_message + \"\\n\\n\"",
                                      "system_message + '\n\n'", "system_message + \"\n\n\""});
    made.system = {open, far ? "\n\n" : "\n"};
  }
  if (own || HasAny(program, {"bos_token + '[INST]", "bos_token + \"[INST]"})) {
    made.between_turns = "<s>";
  }
  return made;
}

// The text after `mark` in a string literal of the program, up to the end of the literal or line.
std::string_view AfterMark(std::string_view program, std::string_view mark) {
  const std::size_t at = program.find(mark);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = program.substr(at + mark.size());
  return rest.substr(0, rest.find_first_of("\"'\\\n"));
}

// The lines that Llama 3.1 and 3.2 write before the system text, also if there is none. The date is
// the program's fallback, so that replies do not depend on the current date.
std::string DateLines(std::string_view program) {
  constexpr std::string_view kKnowledge = "Cutting Knowledge Date: ";
  const std::string_view knowledge = AfterMark(program, kKnowledge);
  const std::string_view today = AfterMark(program, "date_string = \"");
  if (knowledge.empty() || today.empty()) return {};
  return std::string(kKnowledge).append(knowledge).append("\nToday Date: ").append(today) + "\n\n";
}

ChatTemplate Llama3(std::string_view program, std::string_view /*eos*/) {
  ChatTemplate made = {
      .name = "llama3",
      .system = {"<|start_header_id|>system<|end_header_id|>\n\n", "<|eot_id|>"},
      .user = {"<|start_header_id|>user<|end_header_id|>\n\n", "<|eot_id|>"},
      .assistant = {"<|start_header_id|>assistant<|end_header_id|>\n\n", "<|eot_id|>"},
      .reply = "<|start_header_id|>assistant<|end_header_id|>\n\n",
      .trims = true,
      .ends = {"<|eot_id|>"}};
  made.tool_calls = ToolCallsOf(program);
  if (made.tool_calls == ToolCalls::kBareJson) {
    made.tool = {"<|start_header_id|>ipython<|end_header_id|>\n\n", "<|eot_id|>"};
  }
  if (const std::string dates = DateLines(program); !dates.empty()) {
    made.before_system = dates;
    made.default_system = "";
  }
  return made;
}

// Gemma 1 to 3. The system text opens the first message of the user.
ChatTemplate Gemma(std::string_view /*program*/, std::string_view /*eos*/) {
  return {.name = "gemma",
          .system = {"<start_of_turn>user\n", "\n\n"},
          .user = {"<start_of_turn>user\n", "<end_of_turn>\n"},
          .assistant = {"<start_of_turn>model\n", "<end_of_turn>\n"},
          .reply = "<start_of_turn>model\n",
          .system_opens_turn = true,
          .trims = true,
          .trims_texts = true,
          .ends = {"<end_of_turn>"}};
}

// The program writes a line end behind each control token, which the model's own tokenizer drops.
ChatTemplate Phi3(std::string_view /*program*/, std::string_view /*eos*/) {
  return {.name = "phi3",
          .system = {"<|system|>", "<|end|>"},
          .user = {"<|user|>", "<|end|>"},
          .assistant = {"<|assistant|>", "<|end|>"},
          .reply = "<|assistant|>",
          .ends = {"<|end|>"},
          .swallows_line_ends = true};
}

// SmolVLM, Idefics3. The markup around an image depends on its tiles and comes from the projector.
ChatTemplate SmolVlm(std::string_view /*program*/, std::string_view /*eos*/) {
  return {.name = "smolvlm",
          .begin = "<|im_start|>",
          .system = {"System:", "<end_of_utterance>\n"},
          .user = {"User:", "<end_of_utterance>\n"},
          .assistant = {"Assistant:", "<end_of_utterance>\n"},
          .reply = "Assistant:",
          .before_text = " ",
          .ends = {"<end_of_utterance>"}};
}

// Vicuna 1.1 as used by LLaVA-1.5 and MobileVLM (FastChat, 2023), with the image on its own line.
// Some programs end messages with newlines instead of spaces; these are recognized.
ChatTemplate Vicuna(std::string_view program, std::string_view eos) {
  constexpr std::string_view kOpening =
      "A chat between a curious user and an artificial intelligence assistant. The assistant gives "
      "helpful, detailed, and polite answers to the user's questions.";
  const std::string end(eos.empty() ? "</s>" : eos);
  const bool lines = HasAny(
      program, {"'USER: ' + message['content'] + '\n'", "'USER: ' + message['content'] + '\\n'"});
  ChatTemplate made = {.name = "vicuna",
                       .system = {"", lines ? "\n\n" : " "},
                       .user = {"USER: ", lines ? "\n" : " "},
                       .assistant = {"ASSISTANT: ", end + (lines ? "\n" : "")},
                       .reply = "ASSISTANT:",
                       .after_image = "\n",
                       .ends = {end}};
  if (Has(program, "SYSTEM: ")) made.system = {"SYSTEM: ", lines ? "\n" : " "};
  if (program.empty() || Has(program, "A chat between")) made.default_system = kOpening;
  return made;
}

// Zephyr, TinyLlama.
ChatTemplate Zephyr(std::string_view program, std::string_view eos) {
  const std::string usual = Has(program, "<|endoftext|>") ? "<|endoftext|>" : "</s>";
  const std::string end(eos.empty() ? usual : eos);
  return {.name = "zephyr",
          .system = {"<|system|>\n", end + "\n"},
          .user = {"<|user|>\n", end + "\n"},
          .assistant = {"<|assistant|>\n", end + "\n"},
          .reply = "<|assistant|>\n",
          .ends = {end}};
}

struct ChatFamily {
  std::string_view name;
  bool (*recognizes)(std::string_view program);
  ChatTemplate (*make)(std::string_view program, std::string_view eos);
  // The control token that only vocabularies for this family have; empty: none.
  std::string_view token = {};
};

// The first that recognizes a program wins, so families with rarer markers come first.
constexpr ChatFamily kFamilies[] = {
    {"smolvlm",
     [](std::string_view program) {
       return Has(program, "<|im_start|>") && Has(program, "<end_of_utterance>");
     },
     SmolVlm},
    {"chatml",
     [](std::string_view program) {
       return Has(program, "<|im_start|>") && !Has(program, "<|im_sep|>");
     },
     ChatMl},
    {"llama2",
     [](std::string_view program) {
       return Has(program, "[INST]") && !Has(program, "[SYSTEM_PROMPT]");
     },
     Llama2},
    {"phi3",
     [](std::string_view program) {
       return HasAny(program, {"<|assistant|>", "<|user|>"}) && Has(program, "<|end|>");
     },
     Phi3},
    {"zephyr",
     [](std::string_view program) {
       return Has(program, "<|user|>") && HasAny(program, {"eos_token", "<|endoftext|>", "</s>"}) &&
              !Has(program, "[gMASK]");
     },
     Zephyr},
    {"llama3",
     [](std::string_view program) {
       return Has(program, "<|start_header_id|>") && Has(program, "<|end_header_id|>");
     },
     Llama3},
    {"gemma", [](std::string_view program) { return Has(program, "<start_of_turn>"); }, Gemma,
     "<start_of_turn>"},
    {"vicuna", [](std::string_view program) { return Has(program, "ASSISTANT:"); }, Vicuna},
};

constexpr std::string_view kOtherNames[][2] = {
    {"tinyllama", "zephyr"}, {"phi-3", "phi3"}, {"llava", "vicuna"}, {"mobilevlm", "vicuna"}};

}  // namespace

std::string ChatTemplateNames() {
  std::string names;
  for (std::size_t i = 0; i < std::size(kFamilies); ++i) {
    if (i > 0) names += i + 1 == std::size(kFamilies) ? " or " : ", ";
    names += kFamilies[i].name;
  }
  return names;
}

ToolCalls ToolCallsOf(std::string_view program) {
  constexpr std::pair<std::string_view, ToolCalls> kMarks[] = {
      {"<function=", ToolCalls::kFunctionTags},
      {"<tool_call>", ToolCalls::kHermes},
      {"ipython", ToolCalls::kBareJson},
      {"[TOOL_CALLS]", ToolCalls::kMistral},
      {"<|tool_list_start|>", ToolCalls::kPythonic}};
  for (const auto& [mark, calls] : kMarks) {
    if (Has(program, mark)) return calls;
  }
  return ToolCalls::kNone;
}

std::string_view ChatTemplateFor(const std::function<bool(std::string_view)>& has_token) {
  for (const ChatFamily& family : kFamilies) {
    if (!family.token.empty() && has_token(family.token)) return family.name;
  }
  return "vicuna";
}

Result<ChatTemplate> ChooseChatTemplate(std::string_view name, std::string_view file_template,
                                        std::string_view eos) {
  if (name.empty() && file_template.empty()) name = "vicuna";
  for (const auto& [other, own] : kOtherNames) {
    if (name == other) name = own;
  }
  for (const ChatFamily& family : kFamilies) {
    const bool recognized = !file_template.empty() && family.recognizes(file_template);
    if (name.empty() ? !recognized : name != family.name) continue;
    return family.make(recognized ? file_template : std::string_view(), eos);
  }
  const std::string found = name.empty() ? "one in the file that is none of them" : Quoted(name);
  return Error{ErrorCode::kUnsupported,
               "chat template: expected " + ChatTemplateNames() + ", found " + found};
}

}  // namespace edgevlm
