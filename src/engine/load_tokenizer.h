// The tokenizer that a model file describes.
#pragma once

#include "base/result.h"
#include "gguf/reader.h"
#include "tokenizer/bpe.h"

namespace edgevlm {

// Also for files that hold a vocabulary only.
// Errors: kNotFound (key), kUnsupported (another kind of tokenizer), kInvalid, kCorrupt, kTooLarge.
Result<Tokenizer> LoadTokenizer(const GgufFile& file);

}  // namespace edgevlm
