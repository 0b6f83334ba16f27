// Any bytes as a chat template, run on a conversation with tools. A crash, a sanitizer's report, a
// run past the limits, another prompt the second time, or bytes without a source is the bug.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "tokenizer/jinja/json_value.h"
#include "tokenizer/jinja/program.h"

namespace {

using namespace edgevlm::jinja;

constexpr std::string_view kConversation = R"({
  "messages": [{"role": "system", "content": "<|im_end|> be brief"},
               {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "image"}]},
               {"role": "assistant", "content": "", "tool_calls": [{"id": "1", "type": "function",
                "function": {"name": "f", "arguments": {"x": [1, 2.5, null, true, "\u00e9"]}}}]},
               {"role": "tool", "content": "12:00", "tool_call_id": "1"},
               {"role": "user", "content": " why? "}],
  "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
  "add_generation_prompt": true, "bos_token": "<s>", "eos_token": "</s>"})";

const Variables& Conversation() {
  static const Variables variables = [] {
    Variables made;
    const auto value = ValueOfJson(kConversation, 1);
    CHECK(value.ok());
    for (const auto& [name, member] : value->dict().entries) {
      made.emplace_back(std::string(name.view()), member);
    }
    return made;
  }();
  return variables;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)ValueOfJson(text, 1);
  const auto program = Program::Parse(text);
  if (!program) return 0;
  const RunOptions options = {.limits = {.steps = 20'000,
                                         .made_bytes = std::size_t{4} << 20,
                                         .read_bytes = std::size_t{16} << 20,
                                         .written_bytes = std::size_t{1} << 20},
                              .now = 1785000000};
  const auto once = program->Write(Conversation(), options);
  const auto again = program->Write(Conversation(), options);
  CHECK(once.ok() == again.ok());
  if (!once) return 0;
  CHECK(once->view() == again->view() && once->size() <= options.limits.written_bytes);
  std::size_t end = 0;
  for (const Text::Run& run : once->runs()) {
    CHECK(run.end > end && (run.source == kProgram || run.source == 1));
    end = run.end;
  }
  CHECK(end == once->size());
  return 0;
}
