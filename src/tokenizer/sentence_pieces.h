// SentencePiece's byte-pair model, as Llama uses it (Kudo and Richardson 2018, "SentencePiece").
//
// Blanks become U+2581, and one more stands before the text where the model was trained so. The
// text starts as its code points, and the neighbors that join to the token of the highest score
// are merged until no two join to a token. What is no token then is spelled by the tokens of its
// bytes, "<0xE2>".
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
  // Errors: kCorrupt (not one score for each token, a score that is no finite number, a byte token
  // that is not spelled "<0x00>" to "<0xFF>").
  static Result<std::unique_ptr<const TextEncoder>> Create(const Vocabulary& vocabulary,
                                                           std::span<const TokenType> types);

  // Bytes without a token become the unknown token, or nothing where there is no such token.
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

// How SentencePiece writes a blank: U+2581, "▁".
std::string SpellBlanks(std::string_view text);
std::string UnspellBlanks(std::string_view spelling);

// The byte that a token like "<0x0A>" stands for; -1 for other names.
int ByteOfName(std::string_view name);

}  // namespace edgevlm
