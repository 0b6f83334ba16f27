// Import: turns the engine's file back into a run from which training can continue.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "gguf/reader.h"
#include "train/loop/checkpoint.h"
#include "train/model/vlm.h"
#include "train/scenes/glyphs.h"
#include "train/torch.h"

namespace edgevlm::train {

// Shape and vocabulary of the model in the file. Errors: kCorrupt, kNotFound, kInvalid (a key is
// missing, or has a value that no built-in model has).
Result<Run> RunOf(const GgufFile& file);

// Loads the file's weights; training-only heads stay unchanged. In the file, batch norms are folded
// into their convolutions, so each batch norm is set to the identity in evaluation mode; see
// Unfold. Errors: kNotFound, kInvalid (a tensor is missing or has another shape).
MaybeError LoadTensors(const GgufFile& file, Vlm& model);

// Gives each batch norm of the vision encoder the statistics of its convolution over these images,
// and the gain and offset that preserve the function of the encoder: exactly in evaluation mode,
// and in training mode as far as a batch resembles these images.
//   images  [B, 3, S, S]
// Cost: one forward pass of the vision encoder per convolution.
void Unfold(VisionEncoder& vision_encoder, const torch::Tensor& images);

struct ImportOptions {
  std::string path;   // a GGUF file that Export() wrote
  std::string out;    // folder of the run; train's --from takes it
  GlyphFiles glyphs;  // to draw images for the batch norm statistics
  std::uint64_t seed = 1;
};

// Writes run.json and model.pt. Errors: those of RunOf and LoadTensors, kNotFound (file, glyphs),
// kIo.
MaybeError Import(const ImportOptions& options);

}  // namespace edgevlm::train
