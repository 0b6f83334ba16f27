// LoadTokenizer: reads the tokenizer of a GGUF file.
#pragma once

#include "base/result.h"
#include "gguf/reader.h"
#include "tokenizer/tokenizer.h"

namespace edgevlm {

// The file may hold a vocabulary only. Absent optional keys have llama.cpp's defaults:
// SentencePiece adds bos and a space prefix; byte pairs add what their pre-tokenizer requires, and
// their default pre-tokenizer is "default". Errors: kNotFound (key), kUnsupported (another model or
// pre-tokenizer; names the known ones), kInvalid (a key of another type, an id out of range),
// kCorrupt, kTooLarge.
Result<Tokenizer> LoadTokenizer(const GgufFile& file);

}  // namespace edgevlm
