// Export: writes a trained model as a GGUF file for the engine (docs/formats.md).
#pragma once

#include <string>

#include "base/result.h"
#include "gguf/writer.h"
#include "train/loop/checkpoint.h"
#include "train/model/vlm.h"

namespace edgevlm::train {

// Matrices become float16, biases and norms stay float32; batch norms are folded into their
// convolutions; training-only heads are omitted. REQUIRES: the vocabulary matches the model's
// shape.
GgufWriter ToGguf(Vlm& model, const Run& run, const std::string& name);

// Exports the checkpoint in `folder` to `path`. Errors: kNotFound, kCorrupt (the checkpoint), those
// of OutputFile.
MaybeError Export(const std::string& folder, const std::string& path, const std::string& name,
                  Existing existing = Existing::kKept);

}  // namespace edgevlm::train
