// Import: the way back from the engine's file to a run that training goes on with.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "gguf/reader.h"
#include "train/loop/checkpoint.h"
#include "train/model/vlm.h"
#include "train/torch.h"

namespace edgevlm::train {

// What kind of model the file holds. Errors: kCorrupt, kNotFound, kInvalid (a key is missing, or
// says what no built-in model has).
Result<Run> RunOf(const GgufFile& file);

// Takes the file's weights over; the heads that exist for training alone stay as they are. A
// convolution comes without its batch norm, which is folded into it: the batch norm becomes one
// that changes nothing in evaluation; see Unfold. Errors: kNotFound, kInvalid (a tensor is missing
// or of another shape).
MaybeError LoadTensors(const GgufFile& file, Vlm& model);

// Gives each batch norm of the vision encoder the statistics that its convolution has over these
// images, and the gain and offset with which the vision encoder computes what it did before: in
// evaluation exactly, in training as far as a batch is like these images.
//   images  [B, 3, S, S]
// Cost: one forward pass of the vision encoder per convolution.
void Unfold(VisionEncoder& vision_encoder, const torch::Tensor& images);

struct ImportOptions {
  std::string path;  // a GGUF file that Export() wrote
  std::string out;   // folder of the run; train's --from takes it
  std::string font;  // Noto Color Emoji, for the images that batch norms are measured on
  std::uint64_t seed = 1;
};

// Writes run.json and model.pt. Errors: those of RunOf and LoadTensors, kNotFound (file, font),
// kIo.
MaybeError Import(const ImportOptions& options);

}  // namespace edgevlm::train
