// Checkpoints: everything a run needs to go on as if it had not stopped.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "tokenizer/tokenizer.h"
#include "train/model/vlm.h"
#include "train/torch.h"

namespace edgevlm::train {

// Where a run is.
struct RunState {
  std::int64_t step = 0;
  std::int64_t images = 0;
  double minutes = 0;  // of training, over all sessions
};

// FOLDER/model.pt, optimizer.pt, state.json; each is written beside and renamed, so a power cut
// leaves the old one. Errors: kIo.
MaybeError SaveCheckpoint(const std::string& folder, Vlm& model, torch::optim::AdamW& optimizer,
                          const RunState& state);
// Errors: kNotFound (no checkpoint there), kCorrupt. A checkpoint of another shape is kCorrupt.
Result<RunState> LoadCheckpoint(const std::string& folder, Vlm& model,
                                torch::optim::AdamW& optimizer);

// FOLDER/model.pt alone. Errors: kIo.
MaybeError SaveModel(const std::string& folder, Vlm& model);

// The weights alone. Errors: kNotFound, kCorrupt.
MaybeError LoadModel(const std::string& folder, Vlm& model);

// The weights of those parts of the model (vision encoder, decoder, heads...) that the other run
// had, too; the others stay as they are. Errors: kNotFound, kCorrupt.
MaybeError LoadParts(const std::string& folder, Vlm& model);

// FOLDER/run.json: the model's shape and vocabulary, written once when a run starts.
MaybeError SaveRun(const std::string& folder, const VlmShape& shape, const Vocabulary& vocabulary);
struct Run {
  VlmShape shape;
  Vocabulary vocabulary;
};
// Errors: kCorrupt (a shape that no model can have, or that is not the vocabulary's).
MaybeError CheckRun(const Run& run);
// Errors: kNotFound, those of CheckRun.
Result<Run> LoadRun(const std::string& folder);

}  // namespace edgevlm::train
