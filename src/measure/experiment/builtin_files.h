// The files of builtin/, which are part of the program: specs and the report's style sheet.
#pragma once

#include <string_view>
#include <vector>

#include "base/embedded_files.h"

namespace edgevlm {

std::vector<EmbeddedFile> BuiltinFiles();

// REQUIRES: there is such a file.
std::string_view BuiltinFile(std::string_view name);

}  // namespace edgevlm
