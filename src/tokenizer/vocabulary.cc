#include "tokenizer/vocabulary.h"

#include <algorithm>
#include <set>

namespace edgevlm {
namespace {

constexpr std::string_view kReplyEnds[] = {
    "</s>",       "<|endoftext|>", "<|end_of_text|>",    "<|im_end|>",    "<|eot_id|>",
    "<|eom_id|>", "<|end|>",       "<end_of_utterance>", "<end_of_turn>", "<EOT>",
};

}  // namespace

bool EndsReply(std::string_view name) {
  return std::find(std::begin(kReplyEnds), std::end(kReplyEnds), name) != std::end(kReplyEnds);
}

std::string Quoted(std::string_view name) {
  constexpr std::size_t kShown = 64;
  std::string quoted = "'";
  for (const char byte : name.substr(0, kShown)) {
    const bool control = static_cast<unsigned char>(byte) < 0x20 || byte == 0x7F;
    quoted += control ? '?' : byte;
  }
  return quoted + "'";
}

Error CorruptVocabulary(const std::string& where, const std::string& what) {
  return {ErrorCode::kCorrupt, "tokenizer: " + where + ": " + what};
}

Result<std::vector<TokenType>> TypesOf(const Vocabulary& vocabulary) {
  std::vector<TokenType> types = vocabulary.types;
  if (types.empty()) types.resize(vocabulary.tokens.size(), TokenType::kNormal);
  if (types.size() != vocabulary.tokens.size()) {
    return CorruptVocabulary("token types", "expected " + std::to_string(vocabulary.tokens.size()) +
                                                ", found " + std::to_string(types.size()));
  }
  std::set<std::string_view> specials(vocabulary.specials.begin(), vocabulary.specials.end());
  for (std::size_t id = 0; id < types.size(); ++id) {
    const std::string& name = vocabulary.tokens[id];
    if (specials.erase(name) > 0) types[id] = TokenType::kControl;
    // A normal token with such a name is text: Qwen2 has one for "</s>" in web pages.
    const bool normal = types[id] == TokenType::kNormal || types[id] == TokenType::kUndefined;
    if (!normal && EndsReply(name)) types[id] = TokenType::kControl;
  }
  if (!specials.empty()) {
    return CorruptVocabulary("special " + Quoted(*specials.begin()),
                             "expected a token of this name, found none");
  }
  return types;
}

}  // namespace edgevlm
