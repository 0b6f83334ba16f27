// Vocabulary: the tokens of a model file and their properties.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace edgevlm {

// The values of GGUF's tokenizer.ggml.token_type.
enum class TokenType : std::uint8_t {
  kUndefined = 0,    // as kNormal
  kNormal = 1,       // a piece of text
  kUnknown = 2,      // replaces text that has no token
  kControl = 3,      // structures the prompt; never produced by text
  kUserDefined = 4,  // a piece of text that is never split
  kUnused = 5,       // padding of the vocabulary
  kByte = 6,         // "<0x41>": one byte, for text that has no other token (SentencePiece)
};

// The names of the two algorithms (tokenizer.ggml.model).
inline constexpr std::string_view kBytePairModel = "gpt2";
inline constexpr std::string_view kSentencePieceModel = "llama";

struct Vocabulary {
  std::vector<std::string> tokens;    // by id; normal ones in the spelling of the model
  std::vector<std::string> merges;    // of byte pairs: "a b", by rank
  std::vector<std::string> specials;  // names of further control tokens, besides `types`
  std::string model{kBytePairModel};
  std::string pre_tokenizer = "gpt-2";  // of byte pairs: a name of pre_tokenizer.h
  std::vector<float> scores = {};       // by id, of SentencePiece: the highest merges first
  std::vector<TokenType> types = {};    // by id; empty: all normal
  std::optional<int> bos = {};          // begins a text
  std::optional<int> eos = {};          // ends a text
  std::optional<int> eot = {};          // ends a turn
  std::optional<int> unknown = {};      // for bytes without a token; none: these are dropped
  bool add_bos = false;                 // whether the model expects texts to begin with bos
  bool add_eos = false;                 // whether it expects them to end with eos
  bool add_space_prefix = false;        // of SentencePiece: a space is added before a text
};

// The types of all tokens. Those in `specials` are control tokens, and so are those whose name ends
// a reply ("<|im_end|>"): many files list them as user-defined, but text typed by a user must not
// end a reply. Errors: kCorrupt (`types` has neither one entry per token nor none; a special names
// no token).
Result<std::vector<TokenType>> TypesOf(const Vocabulary& vocabulary);

// Whether tokens with this name end a reply.
bool EndsReply(std::string_view name);

// A name from a file, quoted for messages: its first 64 bytes, control characters as "?".
std::string Quoted(std::string_view name);

// The error kCorrupt with the message "tokenizer: where: what".
Error CorruptVocabulary(const std::string& where, const std::string& what);

}  // namespace edgevlm
