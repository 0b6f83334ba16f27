// CompareTorchScript: the engine beside a TorchScript module of the same model.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "measure/measurement.h"

namespace edgevlm {

// One side's work on the image, each from the bytes of its file on.
struct ImageWork {
  Measurement image;    // to the embeddings
  Measurement pass;     // to the logits after the caption's prompt: one forward pass
  Measurement caption;  // to the caption's last token
  std::string text;     // the caption
};

struct TorchScriptComparison {
  ImageWork engine;
  ImageWork torchscript;
};

// path: a file of `edgevlm-train export --torchscript`. The module is run by that program, one side
// after the other, each with the same threads. Errors: kUnsupported (there is no edgevlm-train
// beside this program), kNotFound, kCorrupt (the file, or what the program answers), kIo, those of
// MeasureImage.
Result<TorchScriptComparison> CompareTorchScript(const Engine& engine, const std::string& path,
                                                 std::span<const std::byte> image, int threads,
                                                 int max_tokens, int repetitions);

}  // namespace edgevlm
