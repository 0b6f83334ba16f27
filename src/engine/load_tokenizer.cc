#include "engine/load_tokenizer.h"

#include <string>
#include <utility>
#include <vector>

#include "gguf/names.h"

namespace edgevlm {
namespace {

constexpr std::string_view kByteLevel = "gpt2";
constexpr std::string_view kSplitsAsGpt2 = "gpt-2";
constexpr int kControl = 3;  // of tokenizer.ggml.token_type

MaybeError CheckName(const GgufFile& file, std::string_view key, std::string_view expected) {
  const Result<std::string_view> name = file.String(key, expected);
  if (!name) return name.error();
  if (*name == expected) return std::nullopt;
  constexpr std::size_t kShown = 64;
  return Error{ErrorCode::kUnsupported, "tokenizer: key '" + std::string(key) + "': expected '" +
                                            std::string(expected) + "', found '" +
                                            std::string(name->substr(0, kShown)) + "'"};
}

std::vector<std::string> Copies(const std::vector<std::string_view>& texts) {
  return {texts.begin(), texts.end()};
}

}  // namespace

Result<Tokenizer> LoadTokenizer(const GgufFile& file) {
  if (auto error = CheckName(file, keys::kTokenizerModel, kByteLevel)) return *error;
  if (auto error = CheckName(file, keys::kTokenizerPre, kSplitsAsGpt2)) return *error;
  const auto tokens = file.Strings(keys::kTokens);
  if (!tokens) return tokens.error();
  const auto merges = file.Strings(keys::kMerges);
  if (!merges) return merges.error();
  const auto types = file.Ints(keys::kTokenTypes);
  if (!types) return types.error();
  if (types->size() != tokens->size()) {
    return Error{ErrorCode::kInvalid, "tokenizer: key '" + std::string(keys::kTokenTypes) +
                                          "': expected " + std::to_string(tokens->size()) +
                                          " values, found " + std::to_string(types->size())};
  }
  Vocabulary vocabulary = {.tokens = Copies(*tokens), .merges = Copies(*merges), .specials = {}};
  for (std::size_t i = 0; i < types->size(); ++i) {
    if ((*types)[i] == kControl) vocabulary.specials.push_back(vocabulary.tokens[i]);
  }
  return Tokenizer::Create(vocabulary);
}

}  // namespace edgevlm
