#include "server/unsupported_fields.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace edgevlm {
namespace {

struct UnsupportedField {
  const char* name;
  // Values besides null, false, 0, "", [] and {} that switch the feature off: a JSON list.
  std::string_view neutral = "[]";
  // Another field that disables this one when it is "none".
  const char* switch_name = nullptr;
};

// Of all APIs together: a name means the same in each of them.
constexpr UnsupportedField kUnsupported[] = {
    // More than one reply, or more about it than its text.
    {"n", "[1]"},
    {"best_of", "[1]"},
    {"logprobs"},
    {"top_logprobs"},
    {"prompt_logprobs"},
    {"n_probs"},
    {"echo"},
    {"return_tokens"},
    {"return_token_ids"},
    {"with_pieces"},
    {"return_token_strs"},
    {"modalities", R"([["text"]])"},
    {"audio"},
    {"think"},
    {"thinking", R"([{"type":"disabled"}])"},
    {"enable_thinking"},
    {"reasoning", R"([{"effort":"none"},{"enabled":false}])"},
    {"chat_template_kwargs", R"([{"enable_thinking":false}])"},
    {"web_search_options"},
    {"spatial_refs"},
    // Tool calls instead of text.
    {"tools", "[]", "tool_choice"},
    {"tool_choice", R"(["none","auto"])"},
    {"functions", "[]", "function_call"},
    {"function_call", R"(["none","auto"])"},
    // A different prompt.
    {"suffix"},
    {"template"},
    {"chat_template"},
    {"add_generation_prompt", "[true]"},
    {"raw"},
    {"context"},
    {"documents"},
    {"truncate_prompt_tokens", "[-1]"},
    {"lora"},
    // Which tokens are allowed and how they are sampled. response_format.h reads the constraints on
    // the whole reply.
    {"logits_processors"},
    {"allowed_token_ids"},
    {"bad_words"},
    {"stop_token_ids"},
    {"guided_whitespace_pattern"},
    {"grammar_triggers"},
    {"n_indent"},
    {"mirostat"},
    {"typical_p", "[1]"},
    {"tfs_z", "[1]"},
    {"top_a"},
    {"xtc_probability"},
    {"dry_multiplier"},
    {"dynatemp_range"},
    {"use_beam_search"},
};

// Clients often send fields with values that switch the feature off.
bool IsNeutral(const UnsupportedField& field, const Json& value) {
  if (value == false || value == 0 || value == "" || value.empty()) return true;
  const Json neutral = Json::parse(field.neutral);
  return std::ranges::find(neutral, value) != neutral.end();
}

}  // namespace

void RejectUnsupported(Fields& fields, std::initializer_list<std::string_view> supported) {
  for (const UnsupportedField& field : kUnsupported) {
    if (std::ranges::find(supported, field.name) != supported.end()) continue;
    const Json* value = fields.Any(field.name);
    if (value == nullptr || IsNeutral(field, *value)) continue;
    const Json* other = field.switch_name == nullptr ? nullptr : fields.Any(field.switch_name);
    if (other != nullptr && *other == "none") continue;
    fields.Reject(field.name, "not supported by this server", "unsupported");
  }
}

}  // namespace edgevlm
