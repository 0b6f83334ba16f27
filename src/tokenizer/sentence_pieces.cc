#include "tokenizer/sentence_pieces.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "tokenizer/pair_merge.h"
#include "tokenizer/utf8.h"

namespace edgevlm {
namespace {

constexpr std::string_view kEscapedSpace = "\u2581";

// Whether a text may contain the token as a piece. Control tokens are not text, and byte tokens
// only represent bytes: a typed "<0x0A>" is six characters.
bool IsPieceOfText(TokenType type) {
  return type != TokenType::kControl && type != TokenType::kUnknown && type != TokenType::kByte;
}

}  // namespace

std::string EscapeSpaces(std::string_view text) {
  std::string spelling;
  spelling.reserve(text.size());
  for (const char byte : text) {
    if (byte == ' ') {
      spelling += kEscapedSpace;
    } else {
      spelling += byte;
    }
  }
  return spelling;
}

std::string UnescapeSpaces(std::string_view spelling) {
  std::string text;
  while (!spelling.empty()) {
    const bool space = spelling.starts_with(kEscapedSpace);
    text += space ? ' ' : spelling[0];
    spelling.remove_prefix(space ? kEscapedSpace.size() : 1);
  }
  return text;
}

int ByteOfName(std::string_view name) {
  if (name.size() != 6 || !name.starts_with("<0x") || name[5] != '>') return -1;
  int byte = -1;
  const auto [stop, error] = std::from_chars(name.data() + 3, name.data() + 5, byte, 16);
  return error == std::errc() && stop == name.data() + 5 && byte >= 0 ? byte : -1;
}

Result<std::unique_ptr<const TextEncoder>> SentencePieces::Create(
    const Vocabulary& vocabulary, std::span<const TokenType> types) {
  if (vocabulary.scores.size() != vocabulary.tokens.size()) {
    return CorruptVocabulary("scores", "expected " + std::to_string(vocabulary.tokens.size()) +
                                           ", found " + std::to_string(vocabulary.scores.size()));
  }
  auto pieces = std::unique_ptr<SentencePieces>(new SentencePieces);
  pieces->add_space_prefix_ = vocabulary.add_space_prefix;
  pieces->unknown_ = vocabulary.unknown.value_or(-1);
  pieces->byte_ids_.fill(-1);
  pieces->tokens_.reserve(types.size());
  for (std::size_t id = 0; id < types.size(); ++id) {
    const std::string& token = vocabulary.tokens[id];
    const float score = vocabulary.scores[id];
    if (!std::isfinite(score)) {
      return CorruptVocabulary("score of token " + std::to_string(id),
                               "expected a finite number, found " + std::to_string(score));
    }
    if (types[id] == TokenType::kByte) {
      const int byte = ByteOfName(token);
      if (byte < 0) {
        return CorruptVocabulary("byte token " + std::to_string(id),
                                 "expected <0x00> to <0xFF>, found " + Quoted(token));
      }
      pieces->byte_ids_[static_cast<std::size_t>(byte)] = static_cast<int>(id);
    }
    if (!IsPieceOfText(types[id])) continue;
    pieces->tokens_.emplace(token, Token{static_cast<int>(id), score});
    pieces->longest_ = std::max(pieces->longest_, token.size());
  }
  return std::unique_ptr<const TextEncoder>(std::move(pieces));
}

const SentencePieces::Token* SentencePieces::Find(std::string_view text) const {
  if (text.size() > longest_) return nullptr;
  const auto found = tokens_.find(text);
  return found == tokens_.end() ? nullptr : &found->second;
}

void SentencePieces::AppendBytes(std::string_view text, std::vector<int>& ids) const {
  for (const char byte : text) {
    const int known = byte_ids_[static_cast<unsigned char>(byte)];
    const int id = known < 0 ? unknown_ : known;
    if (id >= 0) ids.push_back(id);
  }
}

void SentencePieces::Encode(std::string_view text, bool at_start, std::vector<int>& ids) const {
  if (text.empty()) return;
  std::string spelling = at_start && add_space_prefix_ ? std::string(kEscapedSpace) : std::string();
  spelling += EscapeSpaces(text);
  std::vector<Piece> pieces;
  for (std::string_view rest = spelling; !rest.empty();) {
    const auto length = static_cast<std::size_t>(ReadCodePoint(rest).bytes);
    const Token* token = Find(rest.substr(0, length));
    AppendPiece(pieces, token == nullptr ? -1 : token->id, length);
    rest.remove_prefix(length);
  }
  const std::string_view all = spelling;
  MergePairs(pieces, [&](const Piece& left, const Piece& right) -> std::optional<PairMerge> {
    const Token* token = Find(all.substr(left.begin, left.length + right.length));
    if (token == nullptr) return std::nullopt;
    return PairMerge{token->score, token->id};
  });
  for (const Piece& piece : pieces) {
    if (piece.length == 0) continue;
    if (piece.id >= 0) {
      ids.push_back(piece.id);
    } else {
      AppendBytes(all.substr(piece.begin, piece.length), ids);
    }
  }
}

}  // namespace edgevlm
