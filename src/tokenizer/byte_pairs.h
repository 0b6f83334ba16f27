// BytePairs: byte-level byte-pair encoding (BPE), as in GPT-2.
//
// A text is split into words (pre_tokenizer.h). Each word starts as its bytes; then the adjacent
// pair whose merge has the lowest rank is joined, until no merge applies (Sennrich et al. 2016,
// "Neural Machine Translation of Rare Words with Subword Units").
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
  // types: of all tokens. id_of: token name -> id.
  // Errors: kCorrupt (not one byte has a token, a merge names no token), kUnsupported (an unknown
  // pre-tokenizer; names the known ones).
  static Result<std::unique_ptr<const TextEncoder>> Create(
      const Vocabulary& vocabulary, std::span<const TokenType> types,
      const std::unordered_map<std::string_view, int>& id_of);

  // A byte without a token (the vocabulary may lack bytes) becomes the unknown token, or nothing if
  // there is none.
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
  std::unordered_map<std::uint64_t, Merge> merges_;  // key: left id << 32 | right id
  // The tokens by their bytes, if the pre-tokenizer ignores merges for whole words.
  std::unordered_map<std::string, int, TextHash, std::equal_to<>> words_;
};

}  // namespace edgevlm
