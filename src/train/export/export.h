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

struct ExportOptions {
  std::string name;  // the model's
  // The logits are divided by it: a model that is too sure of itself gets probabilities that hold
  // (Guo et al. 2017, "On Calibration of Modern Neural Networks"). The most likely token stays the
  // same. In [0.1, 10].
  double temperature = 1;
  Existing existing = Existing::kKept;
};

// Exports the checkpoint in `folder` to `path`. Errors: kInvalid (an option), kNotFound, kCorrupt
// (the checkpoint), those of OutputFile.
MaybeError Export(const std::string& folder, const std::string& path, const ExportOptions& options);

}  // namespace edgevlm::train
