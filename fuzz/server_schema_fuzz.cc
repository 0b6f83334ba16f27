// A JSON schema, a zero byte, and choices: the text that these choices derive from the schema's
// grammar must be a value that fits the schema. A crash, a sanitizer's report or a failed CHECK is
// the bug.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/check.h"
#include "decode/grammar/matcher.h"
#include "server/schema/schema_checker.h"
#include "server/schema/schema_grammar.h"

namespace edgevlm {
namespace {

constexpr std::size_t kMaxReplyBytes = 300;

// Appends one byte after the other: the first allowed one from the chosen byte on; after the last
// choice, one that closes a value.
std::optional<std::string> Reply(const Grammar& grammar, std::string_view choices) {
  GrammarMatcher matcher(grammar);
  GrammarMatcher::State state = matcher.start();
  std::string reply;
  while (reply.size() < kMaxReplyBytes && matcher.MayContinue(state)) {
    if (choices.empty() && matcher.MayEnd(state)) break;
    std::string candidates = choices.empty() ? "\"]}" : "";
    const int first = choices.empty() ? '0' : static_cast<unsigned char>(choices[0]);
    for (int i = 0; i < 256; ++i) candidates += static_cast<char>((first + i) % 256);
    if (!choices.empty()) choices.remove_prefix(1);
    const auto next = std::ranges::find_if(candidates, [&](char c) {
      return matcher.Next(state, static_cast<unsigned char>(c)) != GrammarMatcher::kNone;
    });
    CHECK(next != candidates.end());
    reply += *next;
    state = matcher.Next(state, static_cast<unsigned char>(*next));
  }
  return matcher.MayEnd(state) ? std::optional(reply) : std::nullopt;
}

// Bounds that a double cannot represent: the checker compares doubles, as most parsers do.
bool HasLongNumbers(std::string_view text) {
  std::size_t digits = 0;
  for (const char c : text) {
    digits = c >= '0' && c <= '9' ? digits + 1 : 0;
    if (digits > 12) return true;
  }
  return false;
}

}  // namespace
}  // namespace edgevlm

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find('\0'), input.size());
  const auto schema = edgevlm::ParseJson(input.substr(0, end));
  if (!schema) return 0;
  const auto grammar = edgevlm::SchemaGrammar(*schema);
  if (!grammar) return 0;
  CHECK(!edgevlm::BeginsWithItself(**grammar));
  const auto reply = edgevlm::Reply(**grammar, input.substr(std::min(end + 1, input.size())));
  if (!reply || edgevlm::HasLongNumbers(edgevlm::ToText(*schema))) return 0;
  const edgevlm::Json value = edgevlm::Json::parse(*reply, nullptr, /*allow_exceptions=*/false);
  CHECK(!value.is_discarded());
  CHECK(edgevlm::SchemaChecker(*schema).Fits(value, *schema));
  return 0;
}
