// SentencePieces: SentencePiece's BPE model, as in Llama (Kudo and Richardson 2018,
// "SentencePiece").
//
// Spaces become U+2581, and the text gets a space prefix if the model was trained with one. The
// text starts as its code points; then the adjacent pair that forms the token with the highest
// score is merged, until no pair forms a token. Pieces that are not tokens fall back to byte
// tokens,
// "<0xE2>".
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "tokenizer/text_encoder.h"
#include "tokenizer/vocabulary.h"

namespace edgevlm {

class SentencePieces final : public TextEncoder {
 public:
  // types: of all tokens.
  // Errors: kCorrupt (not one score per token, a score that is not finite, a byte token that is not
  // named "<0x00>" to "<0xFF>").
  static Result<std::unique_ptr<const TextEncoder>> Create(const Vocabulary& vocabulary,
                                                           std::span<const TokenType> types);

  // A byte without a token becomes the unknown token, or nothing if there is none.
  void Encode(std::string_view text, bool at_start, std::vector<int>& ids) const override;

 private:
  struct Token {
    int id;
    float score;
  };

  SentencePieces() = default;

  const Token* Find(std::string_view text) const;
  void AppendBytes(std::string_view text, std::vector<int>& ids) const;

  bool add_space_prefix_ = false;
  int unknown_ = -1;                 // -1: none
  std::size_t longest_ = 0;          // bytes of the longest token
  std::array<int, 256> byte_ids_{};  // -1: none
  std::unordered_map<std::string, Token, TextHash, std::equal_to<>> tokens_;
};

// Replaces spaces by U+2581, "▁", as SentencePiece does; and back.
std::string EscapeSpaces(std::string_view text);
std::string UnescapeSpaces(std::string_view spelling);

// The byte of a token like "<0x0A>"; -1 for other names.
int ByteOfName(std::string_view name);

}  // namespace edgevlm
