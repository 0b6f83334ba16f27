// Formats an evaluation as a table for people, and as a JSON object.
#pragma once

#include <string>

#include "eval/evaluate.h"

namespace edgevlm {

// One line per metric, with a column "blank" if the evaluation has it:
//   questions          n     right     blank
//   count            412    91.3 %    24.0 %
std::string ReportTable(const Evaluation& evaluation);

// {"pictures": n, "questions": {"count": {"n": 412, "accuracy": 0.913, "blank_accuracy": 0.24},
//  ..., "all": {...}}, "captions": {"precision", "recall", "f1", "names", "perplexity", and
//  "blank_" + each}, "calibration": {"n", "bins", "error"}}
// No newline at the end.
std::string ReportJson(const Evaluation& evaluation);

}  // namespace edgevlm
