// TrainingContext: what the steps of a run need, opened once.
#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "tokenizer/tokenizer.h"
#include "train/data/loader.h"
#include "train/distil/teacher_samples.h"
#include "train/loop/checkpoint.h"
#include "train/loop/options.h"
#include "train/model/vlm.h"
#include "train/scenes/glyphs.h"

namespace edgevlm::train {

// Stays where it is: samples refer to its parts.
struct TrainingContext {
  Run run;
  Tokenizer tokenizer;
  Glyphs glyphs;
  Vlm model;
  std::unique_ptr<TeacherSamples> teacher = nullptr;  // null: there is none
};

// Opens the run in options.out, or starts one there, with the teacher's outputs.
// Errors: those of Train.
Result<std::unique_ptr<TrainingContext>> OpenTrainingContext(const TrainOptions& options);

// The same for a model with new weights, whose vocabulary is learned from the texts of so many
// scenes; nothing is written. Errors: those of Train.
Result<std::unique_ptr<TrainingContext>> NewTrainingContext(const TrainOptions& options,
                                                            int corpus_scenes);

SampleOptions SamplesFor(const VlmShape& shape, const Glyphs& glyphs, Split split, Wording wording);

// Scenes that are drawn for the occasion, or the images of the context's teacher.
MakeNthSample NthSample(const TrainingContext& context, const SampleOptions& samples,
                        std::uint64_t seed);

}  // namespace edgevlm::train
