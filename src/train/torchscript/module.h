// ToTorchScript: a trained model as a TorchScript module, for programs that run LibTorch or
// PyTorch.
#pragma once

#include <string>

#include "base/output_file.h"
#include "train/model/vlm.h"
#include "train/torch.h"

namespace edgevlm::train {

// A frozen module of float32 weights, with batch norms folded into their convolutions:
//   encode(images [B, 3, S, S]) -> image tokens [B, P, D]
//   forward(images [B, 3, S, S], ids [B, L]) -> logits [B, L, V] of the token after each id
//   generate(images [1, 3, S, S], prompt [1, L], end, most) -> ids [N]: the likeliest tokens one
//     after the other, until `end` (which is left out) or `most` or the end of the context; keys
//     and values of earlier tokens are kept
// Images are normalized as BuiltinPreprocessing says. Early exits are left out.
torch::jit::Module ToTorchScript(const Vlm& model);

// The name of run.json among the extra files of a module: shape and vocabulary (checkpoint.h).
inline constexpr const char* kRunFile = "run.json";

// Writes the checkpoint in `folder` to `path`. Errors: kNotFound, kCorrupt (the checkpoint), those
// of OutputFile.
MaybeError ExportTorchScript(const std::string& folder, const std::string& path, Existing existing);

}  // namespace edgevlm::train
