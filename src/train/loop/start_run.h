// StartRun: the shape and the vocabulary of a run, when it begins and when it goes on.
#pragma once

#include "base/result.h"
#include "teacher/folder.h"
#include "train/loop/checkpoint.h"
#include "train/loop/options.h"

namespace edgevlm::train {

// A run with new weights, whose vocabulary is learned from the texts of so many scenes, or from
// those of a teacher without scenes; teacher: null if there is none. Nothing is written.
Run NewRun(const TrainOptions& options, int corpus_scenes, const TeacherFolder* teacher);

// The shape of a run that continues one of shape `from`: that shape, with what the options name
// instead. Early exits stay after the blocks that they are after. Errors: kInvalid (what cannot
// grow out of `from`; names the option).
Result<VlmShape> ContinuedShape(const TrainOptions& options, const VlmShape& from);

// Writes options.out/run.json: of a new run, or of one that continues options.from. Errors: kIo,
// those of LoadRun and ContinuedShape.
Result<Run> StartRun(const TrainOptions& options, const TeacherFolder* teacher);

// The run in options.out. Errors: those of LoadRun, kInvalid (the options name another shape).
Result<Run> ResumeRun(const TrainOptions& options);

}  // namespace edgevlm::train
