// Byte-level byte-pair encoding as GPT-2's: text to token ids and back, for any bytes.
//
// A text is split into words (words.h); each word starts as its bytes, and the neighbouring pair
// whose merge stands first in the list is joined until no pair of the list is left (Sennrich et al.
// 2016, "Neural Machine Translation of Rare Words with Subword Units").
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"

namespace edgevlm {

// What a model file says about its tokens.
struct Vocabulary {
  std::vector<std::string> tokens;    // by id, in the spelling of byte_spelling.h
  std::vector<std::string> merges;    // "a b", first merge first, in the same spelling
  std::vector<std::string> specials;  // tokens that no text gives ("<|image|>"); any spelling
};

// Threads: all const methods from any thread at once.
class Tokenizer {
 public:
  // Errors: kCorrupt (a token twice or not in the byte spelling, a byte without a token, a merge or
  // special that names no token), kTooLarge (more tokens or merges than 2^22).
  static Result<Tokenizer> Create(const Vocabulary& vocabulary);

  // The ids of a text. Never gives special tokens: "<|image|>" typed in a text stays text.
  // O(n log n) in bytes.
  std::vector<int> Encode(std::string_view text) const;

  // The bytes of the tokens, joined. Special tokens and ids out of range give nothing.
  // Decode(Encode(text)) == text for any bytes.
  std::string Decode(std::span<const int> ids) const;

  // The bytes of one token; empty for special tokens and ids out of range.
  std::string_view Bytes(int id) const;

  // The id of a special token.
  std::optional<int> Special(std::string_view name) const;

  int size() const { return static_cast<int>(bytes_.size()); }

 private:
  struct Merge {
    int rank;
    int merged;
  };

  Tokenizer() = default;

  MaybeError ReadTokens(const Vocabulary& vocabulary);
  MaybeError ReadMerges(const Vocabulary& vocabulary,
                        const std::unordered_map<std::string_view, int>& id_of);
  const Merge* FindMerge(int left, int right) const;
  void EncodeWord(std::string_view word, std::vector<int>& ids) const;

  std::vector<std::string> bytes_;  // by id; empty for specials
  std::array<int, 256> byte_ids_{};
  std::unordered_map<std::uint64_t, Merge> merges_;  // by both ids: left << 32 | right
  std::map<std::string, int, std::less<>> specials_;
};

}  // namespace edgevlm
