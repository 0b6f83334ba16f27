// The image encoder's file that lies beside a language model's.
#pragma once

#include <string>

#include "base/result.h"

namespace edgevlm {

// `given` (kNoMmproj: empty), or if that is empty the one GGUF file in the model's folder whose
// name says "mmproj"; of several, the one whose name otherwise says what the model's does
// ("a-mmproj-f16.gguf" for "a-q4_k_m.gguf"). Empty when there is none, or when the model's own name
// says "mmproj". Errors: kInvalid (several that could be meant; names two of them).
Result<std::string> FindMmproj(const std::string& model_path, const std::string& given);

}  // namespace edgevlm
