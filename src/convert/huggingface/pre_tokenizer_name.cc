#include "convert/huggingface/pre_tokenizer_name.h"

#include <string_view>

#include "convert/huggingface/limits.h"
#include "gguf/value.h"

namespace edgevlm {
namespace {

using nlohmann::json;

// The steps of a pre_tokenizer, separated by spaces; a pattern is written verbatim.
struct KnownSteps {
  std::string_view steps;
  std::string_view name;
};

constexpr KnownSteps kKnown[] = {
    {"byte-level", "gpt-2"},
    {"digits byte-level", "smollm"},
    {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*)"
     R"(|\s*[\r\n]+|\s+(?!\S)|\s+ bytes)",
     "llama-bpe"},
    {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*)"
     R"(|\s*[\r\n]+|\s+(?!\S)|\s+ bytes)",
     "qwen2"},
};

std::string TextOf(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

bool FlagOf(const json& object, const char* name, bool fallback) {
  const auto found = object.find(name);
  return found != object.end() && found->is_boolean() ? found->get<bool>() : fallback;
}

std::string StepText(const json& step) {
  const std::string type = TextOf(step, "type");
  if (type == "ByteLevel") return FlagOf(step, "use_regex", true) ? "byte-level" : "bytes";
  if (type == "Digits" && FlagOf(step, "individual_digits", false)) return "digits";
  if (type == "Split" && TextOf(step, "behavior") == "Isolated" && !FlagOf(step, "invert", false)) {
    const auto pattern = step.find("pattern");
    if (pattern != step.end() && pattern->is_object()) return TextOf(*pattern, "Regex");
  }
  return step.dump(-1, ' ', true, json::error_handler_t::replace);
}

std::string StepsText(const json& pre_tokenizer) {
  const auto list = pre_tokenizer.find("pretokenizers");
  if (list == pre_tokenizer.end() || !list->is_array()) return StepText(pre_tokenizer);
  std::string text;
  for (const json& step : *list) {
    if (!step.is_object()) return "a step that is no object";
    text += (text.empty() ? "" : " ") + StepText(step);
  }
  return text;
}

}  // namespace

Result<std::string> PreTokenizerName(const json& pre_tokenizer, const std::string& where) {
  const std::string steps = pre_tokenizer.is_object() ? StepsText(pre_tokenizer) : "none";
  for (const KnownSteps& known : kKnown) {
    if (known.steps == steps) return std::string(known.name);
  }
  return Error{ErrorCode::kUnsupported,
               where +
                   ": pre_tokenizer: expected that of GPT-2, Llama 3, Qwen2 or SmolLM2, found " +
                   Printable(steps, kMaxQuotedPattern)};
}

}  // namespace edgevlm
