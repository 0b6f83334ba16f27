// Finds the vision encoder's file next to a language model's.
#pragma once

#include <string>

#include "base/result.h"

namespace edgevlm {

// `given` (kNoMmproj: empty), or if that is empty the one GGUF file in the model's folder whose
// name contains "mmproj"; of several, the one whose name otherwise matches the model's
// ("a-mmproj-f16.gguf" for "a-q4_k_m.gguf"). Empty if there is none, or if the model's own name
// contains "mmproj". Errors: kInvalid (several candidates; names two of them).
Result<std::string> FindMmproj(const std::string& model_path, const std::string& given);

}  // namespace edgevlm
