// Tokenizer: text to token ids and back, for any bytes.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tokenizer/prompt_piece.h"
#include "tokenizer/text_encoder.h"
#include "tokenizer/vocabulary.h"
#include "tokenizer/whole_tokens.h"

namespace edgevlm {

// Byte pairs (byte_pairs.h) or SentencePiece (sentence_pieces.h), as the vocabulary says. Text is
// first cut at user-defined tokens, markup at control tokens too; what lies between is encoded.
// Threads: all const methods from any thread at once.
class Tokenizer {
 public:
  // Errors: kCorrupt (a token twice or without a name, an id out of range, and what byte_pairs.h
  // and sentence_pieces.h say), kUnsupported (an unknown model or pre-tokenizer; names the known
  // ones), kTooLarge (more tokens or merges than 2^22).
  static Result<Tokenizer> Create(const Vocabulary& vocabulary);

  // The ids of a text. Never gives control tokens: "<|image|>" typed in a text stays text.
  // O(n log n) in bytes.
  std::vector<int> Encode(std::string_view text) const;

  // The ids of markup, in which the names of control tokens give them.
  std::vector<int> EncodeMarkup(std::string_view markup) const;

  // The ids of markup and text that follow each other, encoded as one: words and blanks may begin
  // in one piece and end in the next. REQUIRES: no piece is an image; a prompt is cut there.
  std::vector<int> EncodePieces(std::span<const PromptPiece> pieces) const;

  // The text of the tokens. Control tokens and ids out of range give nothing.
  // Decode(Encode(text)) == text for any bytes that have tokens, and U+2581 aside, which is how
  // SentencePiece writes a blank.
  std::string Decode(std::span<const int> ids) const;

  // The bytes of one token; empty for control tokens and ids out of range. Where the vocabulary
  // adds a blank before a text, the first token of a text has it and Decode drops it.
  std::string_view Bytes(int id) const;

  // The id of a control or user-defined token.
  std::optional<int> Special(std::string_view name) const;

  // The name of a control or user-defined token; empty for other ids. O(number of them).
  std::string_view SpecialName(int id) const;

  int size() const { return static_cast<int>(bytes_.size()); }
  std::optional<int> bos() const { return bos_; }
  std::optional<int> eos() const { return eos_; }
  bool add_bos() const { return add_bos_; }
  bool add_eos() const { return add_eos_; }

  // The tokens after which a reply is over, increasing: eos, eot and those that say so by name.
  std::span<const int> ends() const { return ends_; }

 private:
  // A stretch of a prompt, up to byte `end`.
  struct Stretch {
    std::size_t end;
    bool markup;
  };

  Tokenizer() = default;

  MaybeError ReadIds(const Vocabulary& vocabulary);
  void ReadSpecials(const Vocabulary& vocabulary);
  std::vector<int> EncodeStretches(std::string_view text, std::span<const Stretch> stretches) const;
  bool IsText(int id) const;

  std::vector<TokenType> types_;    // by id
  std::vector<std::string> bytes_;  // by id; empty for control and unknown tokens
  std::map<std::string, int, std::less<>> specials_;
  WholeTokens whole_;
  std::unique_ptr<const TextEncoder> encoder_;
  std::vector<int> ends_;
  std::optional<int> bos_;
  std::optional<int> eos_;
  bool add_bos_ = false;
  bool add_eos_ = false;
  bool add_space_prefix_ = false;
};

}  // namespace edgevlm
