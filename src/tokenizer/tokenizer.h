// Tokenizer: converts text to token ids and back, for any bytes.
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

// Uses byte pairs (byte_pairs.h) or SentencePiece (sentence_pieces.h), depending on the vocabulary.
// Text is first split at user-defined tokens, markup also at control tokens; the spans between them
// are encoded.
// Threads: all const methods from any thread at once.
class Tokenizer {
 public:
  // Errors: kCorrupt (duplicate or unnamed tokens, an id out of range, and those of byte_pairs.h
  // and sentence_pieces.h), kUnsupported (an unknown model or pre-tokenizer; names the known ones),
  // kTooLarge (more tokens or merges than 2^22).
  static Result<Tokenizer> Create(const Vocabulary& vocabulary);

  // The ids of a text. Never produces control tokens: a typed "<|image|>" stays text.
  // O(n log n) in bytes.
  std::vector<int> Encode(std::string_view text) const;

  // The ids of markup, in which names of control tokens become these tokens.
  std::vector<int> EncodeMarkup(std::string_view markup) const;

  // The ids of consecutive pieces of markup and text, encoded as one text: a word may start in one
  // piece and end in the next. REQUIRES: no piece is an image; split the prompt at images.
  std::vector<int> EncodePieces(std::span<const PromptPiece> pieces) const;

  // The text of the tokens. Control tokens and ids out of range are skipped.
  // Decode(Encode(text)) == text if all bytes have tokens, except for U+2581, which SentencePiece
  // decodes to a space.
  std::string Decode(std::span<const int> ids) const;

  // The bytes of one token; empty for control tokens and ids out of range. If the vocabulary adds a
  // space prefix, the first token of a text includes it, and Decode drops it.
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

  // The end-of-generation tokens in increasing order: eos, eot and those recognized by name.
  std::span<const int> ends() const { return ends_; }

 private:
  // A part of a prompt up to byte `end`, either markup or text.
  struct TextSpan {
    std::size_t end;
    bool markup;
  };

  Tokenizer() = default;

  MaybeError ReadIds(const Vocabulary& vocabulary);
  void ReadSpecials(const Vocabulary& vocabulary);
  std::vector<int> EncodeSpans(std::string_view text, std::span<const TextSpan> spans) const;
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
