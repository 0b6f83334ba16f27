// WriteManifest: writes the manifest of a data set.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "eval/datasets/manifest.h"
#include "gguf/output_file.h"

namespace edgevlm {

// Errors: those of OutputFile.
MaybeError WriteManifest(const std::string& path, const std::vector<ManifestRow>& rows,
                         Existing existing);

}  // namespace edgevlm
