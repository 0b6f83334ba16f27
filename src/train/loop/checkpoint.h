// Checkpoints: the full state of a run, from which training resumes.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "tokenizer/tokenizer.h"
#include "train/model/vlm.h"
#include "train/torch.h"

namespace edgevlm::train {

// The progress of a run.
struct RunState {
  std::int64_t step = 0;
  std::int64_t images = 0;
  double minutes = 0;  // of training, over all sessions
};

// Writes FOLDER/model.pt, optimizer.pt and state.json, each under a temporary name that is then
// renamed, so that a power cut leaves the old file. Errors: kIo.
MaybeError SaveCheckpoint(const std::string& folder, Vlm& model, torch::optim::AdamW& optimizer,
                          const RunState& state);
// Errors: kNotFound (no checkpoint), kCorrupt (also: another shape, or a run from before the model
// had one of its heads, which can only be continued by another run).
Result<RunState> LoadCheckpoint(const std::string& folder, Vlm& model,
                                torch::optim::AdamW& optimizer);

// Writes FOLDER/model.pt only. Errors: kIo.
MaybeError SaveModel(const std::string& folder, Vlm& model);

// Loads the weights only. Heads that only training needs stay as they are if the run is from before
// they existed. Errors: kNotFound, kCorrupt.
MaybeError LoadModel(const std::string& folder, Vlm& model);

// Loads the weights of those parts of the model (vision encoder, decoder, heads, ...) that the
// other run has as well; the others stay unchanged, and so does a map to the features of another
// teacher (AddFeatureMap). Errors: kNotFound, kCorrupt.
MaybeError LoadParts(const std::string& folder, Vlm& model);

// Writes FOLDER/run.json: the model's shape and vocabulary, once when a run starts.
MaybeError SaveRun(const std::string& folder, const VlmShape& shape, const Vocabulary& vocabulary);
struct Run {
  VlmShape shape;
  Vocabulary vocabulary;
};
// Errors: kCorrupt (an impossible shape, or one that does not match the vocabulary).
MaybeError CheckRun(const Run& run);
// Errors: kNotFound, those of CheckRun.
Result<Run> LoadRun(const std::string& folder);
// The text of run.json. name: for errors. Errors: kCorrupt.
Result<Run> ParseRun(const std::string& text, const std::string& name);

}  // namespace edgevlm::train
