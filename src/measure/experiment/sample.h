// ExperimentSample: what was measured once, as a line of samples.jsonl (docs/experiments.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "measure/experiment/condition.h"
#include "measure/experiment/workload.h"

namespace edgevlm {

struct ExperimentSample {
  std::int64_t index = 0;  // in the plan
  std::string item = {};   // id; empty: the workload reads none
  Condition condition = {};
  int round = 0;
  Metrics metrics = {};  // empty if it failed
  std::string question = {};
  std::vector<std::string> answers = {};  // expected
  std::vector<std::string> choices = {};
  std::string path = {};  // of the medium: samples of one are correlated
  std::optional<std::string> reply = {};
  std::string error = {};  // why it failed; empty: it did not
};

// One line of JSON with its end. Names are those of lmms-eval's samples (doc_id, input, target,
// resps) where it has them.
std::string SampleLine(const ExperimentSample& sample);

// Errors: kCorrupt, says what is wrong.
Result<ExperimentSample> ReadSampleLine(std::string_view line);

}  // namespace edgevlm
