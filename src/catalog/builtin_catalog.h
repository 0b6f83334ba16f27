// The catalog that is embedded in the program.
#pragma once

#include <string_view>

namespace edgevlm {

// The text of models/catalog.json as it was when the library was built. Static storage.
// Threads: any.
std::string_view BuiltinCatalog();

}  // namespace edgevlm
