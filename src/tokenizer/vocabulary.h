// Vocabulary: what a model file says about its tokens.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace edgevlm {

// What a token is for; the numbers are those of GGUF's tokenizer.ggml.token_type.
enum class TokenType : std::uint8_t {
  kUndefined = 0,    // as kNormal
  kNormal = 1,       // a piece of text
  kUnknown = 2,      // stands for text that has no token
  kControl = 3,      // orders the prompt; no text gives it
  kUserDefined = 4,  // a piece of text that is never split
  kUnused = 5,       // fills the vocabulary up
  kByte = 6,         // "<0x41>": one byte, for text that has no other token (SentencePiece)
};

// The names of the two kinds of tokenizer (tokenizer.ggml.model).
inline constexpr std::string_view kBytePairModel = "gpt2";
inline constexpr std::string_view kSentencePieceModel = "llama";

struct Vocabulary {
  std::vector<std::string> tokens;    // by id; normal ones spelled as the model does
  std::vector<std::string> merges;    // of byte pairs: "a b", first merge first
  std::vector<std::string> specials;  // names of control tokens, besides those of `types`
  std::string model{kBytePairModel};
  std::string pre_tokenizer = "gpt-2";  // of byte pairs: a name of pre_tokenizer.h
  std::vector<float> scores = {};       // by id, of SentencePiece: the higher merges first
  std::vector<TokenType> types = {};    // by id; empty: all normal
  std::optional<int> bos = {};          // begins a text
  std::optional<int> eos = {};          // ends a text
  std::optional<int> eot = {};          // ends a turn
  std::optional<int> unknown = {};      // for bytes without a token; none: they are left out
  bool add_bos = false;                 // whether the model expects texts to begin with bos
  bool add_eos = false;                 // whether it expects them to end with eos
  bool add_space_prefix = false;        // of SentencePiece: texts start with a blank of their own
};

// The types of all tokens, with the names of `specials` as control tokens. So are those that by
// their name end a reply ("<|im_end|>"): many files list them as user-defined, but no text that is
// typed may end a reply.
// Errors: kCorrupt (as many types as tokens are expected, or none; a special that names no token).
Result<std::vector<TokenType>> TypesOf(const Vocabulary& vocabulary);

// Whether tokens of this name end a reply in the models that have them.
bool EndsReply(std::string_view name);

// An error of a vocabulary: "tokenizer: where: what".
Error CorruptVocabulary(const std::string& where, const std::string& what);

}  // namespace edgevlm
