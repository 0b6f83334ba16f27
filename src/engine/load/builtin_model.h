// The model that is part of the library.
#pragma once

#include <cstddef>
#include <span>

namespace edgevlm {

// The bytes of models/builtin.gguf as it was when the library was built, aligned to 64. They live
// as long as the program. Any thread.
std::span<const std::byte> BuiltinModel();

}  // namespace edgevlm
