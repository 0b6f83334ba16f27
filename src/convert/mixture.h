// Chooses the data type of each tensor of a quantized file (llama.cpp's mixtures).
#pragma once

#include <cstdint>
#include <regex>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "gguf/reader.h"
#include "tensor/dtype.h"

namespace edgevlm {

// How many bits the more sensitive tensors get: of the mixtures, _S is the smallest.
enum class MixtureSize { kPlain, kSmall, kMedium, kLarge };

// A file type of `edgevlm quantize`; names and ids are llama.cpp's.
struct FileType {
  std::string_view name;  // "Q4_K_M"
  std::uint32_t id;       // of general.file_type
  DType dtype;            // of most tensors
  MixtureSize size;
};

// F32, F16, BF16, Q4_0 to Q8_0, Q2_K to Q6_K (with _S, _M and _L where these exist), IQ4_NL and
// IQ4_XS.
std::span<const FileType> FileTypes();

// Case-insensitive; Q3_K, Q4_K and Q5_K mean their _M. Errors: kInvalid, lists the names.
Result<FileType> ParseFileType(std::string_view name);

// The properties of a model on which the choice depends.
struct MixtureFacts {
  int decoder_blocks = 0;
  int vision_blocks = 0;
  int queries_per_key = 1;  // query heads per KV head
  bool is_tied = false;     // the token embedding is also the output matrix
};

// Depends on tensor names and optional keys only, so incomplete models are fine.
MixtureFacts FactsOf(const GgufFile& file);

// The user's own choice for tensors whose name has a match: the pattern is an ECMAScript regular
// expression, searched for anywhere in the name.
class TypeRule {
 public:
  // "PATTERN=TYPE", where TYPE is the name of a data type, such as q6_k or f16. Errors: kInvalid
  // (no such form, a type that cannot be written, a broken or too long pattern).
  static Result<TypeRule> Parse(std::string_view text);

  bool Matches(std::string_view tensor) const;
  DType dtype() const { return dtype_; }

 private:
  TypeRule(std::regex pattern, DType dtype) : pattern_(std::move(pattern)), dtype_(dtype) {}

  std::regex pattern_;
  DType dtype_;
};

// The type of a tensor in the quantized file. The mixtures are llama.cpp's (llama-quant.cpp, 2026):
// more bits for attn_v, for ffn_down in the first and last eighth of the blocks and in every third
// between them, and for the output. Vectors, norms and position embeddings keep their type. A
// tensor whose rows are not a multiple of the block size gets a type with smaller blocks, or F16.
// The last of `rules` that matches a matrix comes first of all.
DType ChooseType(const GgufTensor& tensor, const FileType& type, const MixtureFacts& facts,
                 std::span<const TypeRule> rules = {});

}  // namespace edgevlm
