// Byte-level byte-pair encoding as GPT-2's.
//
// A text is split into words (pre_tokenizer.h); each word starts as its bytes, and the neighboring
// pair whose merge stands first in the list is joined until no pair of the list is left (Sennrich
// et al. 2016, "Neural Machine Translation of Rare Words with Subword Units").
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "tokenizer/pre_tokenizer.h"
#include "tokenizer/text_encoder.h"
#include "tokenizer/vocabulary.h"

namespace edgevlm {

class BytePairs final : public TextEncoder {
 public:
  // types: of all tokens. id_of: the id of each token's name.
  // Errors: kCorrupt (no token for any byte, a merge that names no token), kUnsupported (an unknown
  // pre-tokenizer; names the known ones).
  static Result<std::unique_ptr<const TextEncoder>> Create(
      const Vocabulary& vocabulary, std::span<const TokenType> types,
      const std::unordered_map<std::string_view, int>& id_of);

  // Bytes without a token (a model that never saw them has none) become the unknown token, or
  // nothing where there is no such token.
  void Encode(std::string_view text, bool at_start, std::vector<int>& ids) const override;

 private:
  struct Merge {
    int rank;
    int merged;
  };

  BytePairs() = default;

  MaybeError ReadBytes(const Vocabulary& vocabulary, std::span<const TokenType> types);
  MaybeError ReadMerges(const Vocabulary& vocabulary, std::span<const TokenType> types,
                        const std::unordered_map<std::string_view, int>& id_of);
  void EncodeWord(std::string_view word, std::vector<int>& ids) const;

  const PreTokenizer* pre_tokenizer_ = nullptr;
  int unknown_ = -1;                                 // -1: none
  std::array<int, 256> byte_ids_{};                  // -1: none
  std::unordered_map<std::uint64_t, Merge> merges_;  // by both ids: left << 32 | right
  // The tokens by their bytes, where the pre-tokenizer takes whole words as they are.
  std::unordered_map<std::string, int, TextHash, std::equal_to<>> words_;
};

}  // namespace edgevlm
