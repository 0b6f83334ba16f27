// The options of a training step: of the model, of a batch, and of what a teacher adds.
#pragma once

#include <CLI/CLI.hpp>

#include "train/loop/options.h"

namespace edgevlm::train {

void AddStepOptions(CLI::App* command, TrainOptions& options);
void AddDistilOptions(CLI::App* command, DistilOptions& distil);

}  // namespace edgevlm::train
