#include "catalog/builtin_catalog.h"

// Laid down by builtin_catalog.S.
extern "C" {
extern const char edgevlm_builtin_catalog[];
extern const char edgevlm_builtin_catalog_end[];
}

namespace edgevlm {

std::string_view BuiltinCatalog() { return {edgevlm_builtin_catalog, edgevlm_builtin_catalog_end}; }

}  // namespace edgevlm
