#include "tokenizer/tokenizer.h"

#include <set>
#include <unordered_map>
#include <utility>

#include "base/check.h"
#include "tokenizer/byte_pairs.h"
#include "tokenizer/byte_spelling.h"
#include "tokenizer/sentence_pieces.h"

namespace edgevlm {
namespace {

constexpr std::size_t kMaxEntries = std::size_t{1} << 22;

using IdsByName = std::unordered_map<std::string_view, int>;

// The names are views into the vocabulary.
Result<IdsByName> ReadNames(const Vocabulary& vocabulary) {
  if (vocabulary.tokens.size() > kMaxEntries || vocabulary.merges.size() > kMaxEntries) {
    return Error{ErrorCode::kTooLarge, "tokenizer: vocabulary: expected at most " +
                                           std::to_string(kMaxEntries) + " tokens and merges"};
  }
  if (vocabulary.tokens.empty()) {
    return CorruptVocabulary("vocabulary", "expected tokens, found none");
  }
  IdsByName id_of;
  id_of.reserve(vocabulary.tokens.size());
  for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id) {
    const std::string& name = vocabulary.tokens[id];
    if (name.empty()) {
      return CorruptVocabulary("token " + std::to_string(id), "expected a name, found none");
    }
    if (!id_of.emplace(name, static_cast<int>(id)).second) {
      return CorruptVocabulary("token " + std::to_string(id),
                               "expected a new token, found " + Quoted(name) + " again");
    }
  }
  return id_of;
}

// The bytes of a token.
std::string BytesOf(const Vocabulary& vocabulary, const std::string& name, TokenType type) {
  if (type == TokenType::kControl || type == TokenType::kUnknown) return {};
  if (vocabulary.model == kSentencePieceModel) {
    if (type == TokenType::kByte) return std::string(1, static_cast<char>(ByteOfName(name)));
    return UnescapeSpaces(name);
  }
  if (type == TokenType::kUserDefined) return name;
  return UnspellBytes(name).value_or(name);
}

Result<std::unique_ptr<const TextEncoder>> MakeEncoder(const Vocabulary& vocabulary,
                                                       std::span<const TokenType> types,
                                                       const IdsByName& id_of) {
  if (vocabulary.model == kBytePairModel) return BytePairs::Create(vocabulary, types, id_of);
  if (vocabulary.model == kSentencePieceModel) return SentencePieces::Create(vocabulary, types);
  return Error{ErrorCode::kUnsupported,
               "tokenizer: model: expected '" + std::string(kBytePairModel) + "' or '" +
                   std::string(kSentencePieceModel) + "', found " + Quoted(vocabulary.model)};
}

}  // namespace

Result<Tokenizer> Tokenizer::Create(const Vocabulary& vocabulary) {
  const Result<IdsByName> id_of = ReadNames(vocabulary);
  if (!id_of) return id_of.error();
  Result<std::vector<TokenType>> types = TypesOf(vocabulary);
  if (!types) return types.error();
  auto encoder = MakeEncoder(vocabulary, *types, *id_of);
  if (!encoder) return encoder.error();
  Tokenizer tokenizer;
  tokenizer.encoder_ = *std::move(encoder);
  tokenizer.types_ = *std::move(types);
  if (auto error = tokenizer.ReadIds(vocabulary)) return *error;
  tokenizer.ReadSpecials(vocabulary);
  return tokenizer;
}

MaybeError Tokenizer::ReadIds(const Vocabulary& vocabulary) {
  const std::pair<const char*, std::optional<int>> ids[] = {{"bos", vocabulary.bos},
                                                            {"eos", vocabulary.eos},
                                                            {"eot", vocabulary.eot},
                                                            {"unknown", vocabulary.unknown}};
  const int count = static_cast<int>(types_.size());
  for (const auto& [name, id] : ids) {
    if (!id || (0 <= *id && *id < count)) continue;
    return CorruptVocabulary(
        std::string(name) + " token",
        "expected an id from 0 to " + std::to_string(count - 1) + ", found " + std::to_string(*id));
  }
  bos_ = vocabulary.bos;
  eos_ = vocabulary.eos;
  add_bos_ = vocabulary.add_bos;
  add_eos_ = vocabulary.add_eos;
  add_space_prefix_ = vocabulary.add_space_prefix && vocabulary.model == kSentencePieceModel;
  if (add_bos_ && !bos_) return CorruptVocabulary("add_bos", "expected a bos token, found none");
  if (add_eos_ && !eos_) return CorruptVocabulary("add_eos", "expected an eos token, found none");
  return std::nullopt;
}

void Tokenizer::ReadSpecials(const Vocabulary& vocabulary) {
  std::set<int> ends;
  if (vocabulary.eos) ends.insert(*vocabulary.eos);
  if (vocabulary.eot) ends.insert(*vocabulary.eot);
  bytes_.reserve(types_.size());
  for (std::size_t id = 0; id < types_.size(); ++id) {
    const std::string& name = vocabulary.tokens[id];
    bytes_.push_back(BytesOf(vocabulary, name, types_[id]));
    if (types_[id] == TokenType::kControl && EndsReply(name)) ends.insert(static_cast<int>(id));
    const bool user_defined = types_[id] == TokenType::kUserDefined;
    if (!user_defined && !bytes_[id].empty()) continue;  // a normal token
    specials_.emplace(name, static_cast<int>(id));
    whole_.Add(user_defined ? bytes_[id] : name, static_cast<int>(id), !user_defined);
  }
  whole_.Sort();
  ends_.assign(ends.begin(), ends.end());
}

std::vector<int> Tokenizer::EncodeSpans(std::string_view text,
                                        std::span<const TextSpan> spans) const {
  std::vector<int> ids;
  std::size_t begin = 0;  // start of the text that is not encoded yet
  bool at_start = true;
  std::size_t at = 0;
  for (const TextSpan& span : spans) {
    while (at < span.end) {
      const std::size_t markup = span.markup ? span.end - at : 0;
      const WholeTokens::Found found = whole_.At(text.substr(at), markup);
      if (found.id < 0) {
        ++at;
        continue;
      }
      if (at > begin) encoder_->Encode(text.substr(begin, at - begin), at_start, ids);
      ids.push_back(found.id);
      at += found.length;
      begin = at;
      at_start = true;
    }
  }
  if (begin < text.size()) encoder_->Encode(text.substr(begin), at_start, ids);
  return ids;
}

std::vector<int> Tokenizer::Encode(std::string_view text) const {
  const TextSpan span = {text.size(), false};
  return EncodeSpans(text, {&span, 1});
}

std::vector<int> Tokenizer::EncodeMarkup(std::string_view markup) const {
  const TextSpan span = {markup.size(), true};
  return EncodeSpans(markup, {&span, 1});
}

std::vector<int> Tokenizer::EncodePieces(std::span<const PromptPiece> pieces) const {
  std::string text;
  std::vector<TextSpan> spans;
  for (const PromptPiece& piece : pieces) {
    CHECK(piece.kind != PromptPiece::Kind::kImage);
    text += piece.text;
    spans.push_back({text.size(), piece.kind == PromptPiece::Kind::kMarkup});
  }
  return EncodeSpans(text, spans);
}

std::string_view Tokenizer::Bytes(int id) const {
  if (id < 0 || id >= size()) return {};
  return bytes_[static_cast<std::size_t>(id)];
}

bool Tokenizer::IsText(int id) const {
  if (id < 0 || id >= size()) return false;
  const TokenType type = types_[static_cast<std::size_t>(id)];
  return type != TokenType::kControl && type != TokenType::kUserDefined;
}

std::string Tokenizer::Decode(std::span<const int> ids) const {
  std::string text;
  bool at_start = true;
  for (const int id : ids) {
    std::string_view bytes = Bytes(id);
    if (at_start && add_space_prefix_ && IsText(id) && bytes.starts_with(' ')) {
      bytes.remove_prefix(1);
    }
    text += bytes;
    at_start = !IsText(id);
  }
  return text;
}

std::optional<int> Tokenizer::Special(std::string_view name) const {
  const auto found = specials_.find(name);
  if (found == specials_.end()) return std::nullopt;
  return found->second;
}

std::string_view Tokenizer::SpecialName(int id) const {
  for (const auto& [name, special] : specials_) {
    if (special == id) return name;
  }
  return {};
}

}  // namespace edgevlm
