// A JSON schema, a zero byte, and choices: what the schema's grammar gives by these choices has to
// be a value that fits the schema. A crash, a sanitizer's report or a failed CHECK is the bug.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

#include "base/check.h"
#include "decode/grammar/matcher.h"
#include "server/schema/schema_checker.h"
#include "server/schema/schema_grammar.h"

namespace edgevlm {
namespace {

constexpr std::size_t kMaxReplyBytes = 600;

// One byte after the other, by the choices; when there are no more, the first that may come.
std::optional<std::string> Reply(const Grammar& grammar, std::string_view choices) {
  GrammarMatcher matcher(grammar);
  GrammarMatcher::State state = matcher.start();
  std::string reply;
  while (reply.size() < kMaxReplyBytes && matcher.MayGoOn(state)) {
    if (choices.empty() && matcher.MayEnd(state)) break;
    std::string allowed;
    for (const unsigned char byte : std::string_view("\"]}0a-")) {
      if (matcher.Next(state, byte) != GrammarMatcher::kNone) allowed += static_cast<char>(byte);
    }
    for (int byte = 0; byte < 256; ++byte) {
      const auto c = static_cast<unsigned char>(byte);
      if (matcher.Next(state, c) != GrammarMatcher::kNone) allowed += static_cast<char>(c);
    }
    CHECK(!allowed.empty());
    const std::size_t choice = choices.empty() ? 0 : static_cast<unsigned char>(choices[0]);
    if (!choices.empty()) choices.remove_prefix(1);
    reply += allowed[choice % allowed.size()];
    state = matcher.Next(state, static_cast<unsigned char>(reply.back()));
  }
  return matcher.MayEnd(state) ? std::optional(reply) : std::nullopt;
}

// Bounds that a double does not hold: the checker compares as most readers do.
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
