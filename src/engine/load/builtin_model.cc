#include "engine/load/builtin_model.h"

// Defined in builtin_model.S.
extern "C" {
extern const std::byte edgevlm_builtin_model[];
extern const std::byte edgevlm_builtin_model_end[];
}

namespace edgevlm {

std::span<const std::byte> BuiltinModel() {
  return {edgevlm_builtin_model, edgevlm_builtin_model_end};
}

}  // namespace edgevlm
