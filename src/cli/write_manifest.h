// WriteManifest: writes the manifest of a data set.
#pragma once

#include <string>
#include <vector>

#include "base/output_file.h"
#include "base/result.h"
#include "eval/datasets/manifest.h"

namespace edgevlm {

// Errors: those of OutputFile.
MaybeError WriteManifest(const std::string& path, const std::vector<ManifestRow>& rows,
                         Existing existing);

}  // namespace edgevlm
