// The tokenizer that a model file describes.
#pragma once

#include "base/result.h"
#include "gguf/reader.h"
#include "tokenizer/tokenizer.h"

namespace edgevlm {

// Also for files that hold a vocabulary only. Keys that a file may leave out get the values that
// llama.cpp gives them: SentencePiece adds bos and a blank, byte pairs add what their pre-tokenizer
// says and split as "default".
// Errors: kNotFound (key), kUnsupported (another model or pre-tokenizer; names the known ones),
// kInvalid (a key of another type, an id out of range), kCorrupt, kTooLarge.
Result<Tokenizer> LoadTokenizer(const GgufFile& file);

}  // namespace edgevlm
