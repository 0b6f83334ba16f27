// Mixture: which data type each tensor of a quantized file gets.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "gguf/reader.h"
#include "tensor/dtype.h"

namespace edgevlm {

// How many bits the more sensitive tensors get: in a mixture, _S is the smallest.
enum class MixtureSize { kPlain, kSmall, kMedium, kLarge };

// A type of file that `edgevlm quantize` writes; names and numbers are llama.cpp's.
struct FileType {
  std::string_view name;  // "Q4_K_M"
  std::uint32_t id;       // of general.file_type
  DType dtype;            // of most tensors
  MixtureSize size;
};

// F32, F16, BF16, Q4_0 to Q8_0, Q2_K to Q6_K, with _S, _M and _L where there are such, IQ4_NL and
// IQ4_XS.
std::span<const FileType> FileTypes();

// Upper or lower case; Q3_K, Q4_K and Q5_K mean their _M. Errors: kInvalid, lists the names.
Result<FileType> ParseFileType(std::string_view name);

// What of a model the choice goes by.
struct MixtureFacts {
  int decoder_blocks = 0;
  int vision_blocks = 0;
  int queries_per_key = 1;  // heads that share a key and value head
  bool is_tied = false;     // the token embeddings are the output matrix too
};

// Looks at names only: a file that is no whole model has facts too.
MixtureFacts FactsOf(const GgufFile& file);

// The type that a tensor gets. The mixtures are those of llama.cpp (llama-quant.cpp, 2026): more
// bits for the values of attention, for the second matrix of the feed-forward part in the first and
// last eighth of the blocks and every third between, and for the output. Tensors of one extent,
// norms and positions keep their type; rows that are not whole blocks get a type with smaller
// blocks, or F16.
DType ChooseType(const GgufTensor& tensor, const FileType& type, const MixtureFacts& facts);

}  // namespace edgevlm
