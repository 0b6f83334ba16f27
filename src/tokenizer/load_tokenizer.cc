#include "tokenizer/load_tokenizer.h"

#include <string>
#include <utility>
#include <vector>

#include "gguf/names.h"
#include "tokenizer/pre_tokenizer.h"

namespace edgevlm {
namespace {

// Defaults of SentencePiece: <unk>, <s> and </s> are the first tokens.
constexpr int kDefaultUnknown = 0;
constexpr int kDefaultBos = 1;
constexpr int kDefaultEos = 2;
constexpr int kDefaultSpecials = 3;

Error Invalid(std::string_view key, const std::string& expected, const std::string& found) {
  return {ErrorCode::kInvalid,
          "tokenizer: key '" + std::string(key) + "': expected " + expected + ", found " + found};
}

std::vector<std::string> Copies(const std::vector<std::string_view>& texts) {
  return {texts.begin(), texts.end()};
}

MaybeError ReadTypes(const GgufFile& file, Vocabulary& vocabulary) {
  const auto types = file.Ints(keys::kTokenTypes);
  if (!types) return types.error();
  if (types->size() != vocabulary.tokens.size()) {
    return Invalid(keys::kTokenTypes, std::to_string(vocabulary.tokens.size()) + " values",
                   std::to_string(types->size()));
  }
  vocabulary.types.reserve(types->size());
  for (const int type : *types) {
    if (type < 0 || type > static_cast<int>(TokenType::kByte)) {
      return Invalid(keys::kTokenTypes, "types from 0 to 6", std::to_string(type));
    }
    vocabulary.types.push_back(static_cast<TokenType>(type));
  }
  return std::nullopt;
}

MaybeError ReadScores(const GgufFile& file, Vocabulary& vocabulary) {
  auto scores = file.Floats(keys::kTokenScores);
  if (!scores) return scores.error();
  if (scores->size() != vocabulary.tokens.size()) {
    return Invalid(keys::kTokenScores, std::to_string(vocabulary.tokens.size()) + " values",
                   std::to_string(scores->size()));
  }
  vocabulary.scores = *std::move(scores);
  return std::nullopt;
}

// The id under a key, if the file has it.
MaybeError ReadId(const GgufFile& file, std::string_view key, int tokens, std::optional<int>& id) {
  if (!file.HasKey(key)) return std::nullopt;
  const Result<int> found = file.Int(key);
  if (!found) return found.error();
  if (*found < 0 || *found >= tokens) {
    return Invalid(key, "0 to " + std::to_string(tokens - 1), std::to_string(*found));
  }
  id = *found;
  return std::nullopt;
}

MaybeError ReadIds(const GgufFile& file, Vocabulary& vocabulary) {
  const int tokens = static_cast<int>(vocabulary.tokens.size());
  if (auto error = ReadId(file, keys::kBosTokenId, tokens, vocabulary.bos)) return error;
  if (auto error = ReadId(file, keys::kEosTokenId, tokens, vocabulary.eos)) return error;
  if (auto error = ReadId(file, keys::kEotTokenId, tokens, vocabulary.eot)) return error;
  return ReadId(file, keys::kUnknownTokenId, tokens, vocabulary.unknown);
}

MaybeError ReadFlag(const GgufFile& file, std::string_view key, bool& flag) {
  const Result<bool> found = file.Bool(key, flag);
  if (!found) return found.error();
  flag = *found;
  return std::nullopt;
}

MaybeError ReadSentencePieces(const GgufFile& file, Vocabulary& vocabulary) {
  if (auto error = ReadScores(file, vocabulary)) return error;
  if (vocabulary.tokens.size() >= kDefaultSpecials) {
    vocabulary.unknown = kDefaultUnknown;
    vocabulary.bos = kDefaultBos;
    vocabulary.eos = kDefaultEos;
  }
  vocabulary.add_bos = true;
  vocabulary.add_space_prefix = true;
  return ReadFlag(file, keys::kAddSpacePrefix, vocabulary.add_space_prefix);
}

MaybeError ReadBytePairs(const GgufFile& file, Vocabulary& vocabulary) {
  const auto merges = file.Strings(keys::kMerges);
  if (!merges) return merges.error();
  vocabulary.merges = Copies(*merges);
  const Result<std::string_view> pre = file.String(keys::kTokenizerPre, "default");
  if (!pre) return pre.error();
  vocabulary.pre_tokenizer = *pre;
  const PreTokenizer* pre_tokenizer = FindPreTokenizer(*pre);
  vocabulary.add_bos = pre_tokenizer != nullptr && pre_tokenizer->adds_bos;
  return std::nullopt;
}

}  // namespace

Result<Tokenizer> LoadTokenizer(const GgufFile& file) {
  const Result<std::string_view> model = file.String(keys::kTokenizerModel);
  if (!model) return model.error();
  const auto tokens = file.Strings(keys::kTokens);
  if (!tokens) return tokens.error();
  Vocabulary vocabulary;
  vocabulary.tokens = Copies(*tokens);
  vocabulary.model = *model;
  // Tokenizer::Create rejects other models.
  if (*model == kSentencePieceModel) {
    if (auto error = ReadSentencePieces(file, vocabulary)) return *error;
  } else if (*model == kBytePairModel) {
    if (auto error = ReadBytePairs(file, vocabulary)) return *error;
  }
  if (auto error = ReadTypes(file, vocabulary)) return *error;
  if (auto error = ReadIds(file, vocabulary)) return *error;
  if (auto error = ReadFlag(file, keys::kAddBosToken, vocabulary.add_bos)) return *error;
  if (auto error = ReadFlag(file, keys::kAddEosToken, vocabulary.add_eos)) return *error;
  return Tokenizer::Create(vocabulary);
}

}  // namespace edgevlm
