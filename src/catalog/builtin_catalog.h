// The catalog that is part of the program.
#pragma once

#include <string_view>

namespace edgevlm {

// The text of models/catalog.json as it was when the library was built. It lives as long as the
// program. Any thread.
std::string_view BuiltinCatalog();

}  // namespace edgevlm
