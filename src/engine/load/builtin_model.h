// The built-in model.
#pragma once

#include <cstddef>
#include <span>

namespace edgevlm {

// The bytes of models/builtin.gguf at build time, aligned to 64. Static lifetime. Any thread.
std::span<const std::byte> BuiltinModel();

}  // namespace edgevlm
