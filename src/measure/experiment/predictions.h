// The replies of an experiment in VLMEvalKit's columns, as CSV.
#pragma once

#include <cstddef>
#include <string>

#include "measure/experiment/sample.h"

namespace edgevlm {

// index, condition, question, A, B, ... (as many as `choices`), answer, prediction, image_path.
std::string PredictionsHeader(std::size_t choices);

// REQUIRES: the sample has a reply.
std::string PredictionLine(const ExperimentSample& sample, std::size_t choices);

}  // namespace edgevlm
