// Measures speculation at a given acceptance rate, next to its theoretical maximum.
#pragma once

#include "measure/measurement.h"

namespace edgevlm {

struct AcceptanceTest {
  double acceptance = 0;          // p, in (0, 1]
  int draft_tokens = 0;           // k; 0: as many as pay off
  const Engine* draft = nullptr;  // the model whose drafting cost counts; null: none
  int tokens = 0;                 // of a reply
  int repetitions = 1;
};

struct AcceptanceResult {
  Measurement plain;
  Measurement speculating;
  double drafted_per_step = 0;  // k, mean
  double draft_cost = 0;        // c: time of a drafted token, relative to a plain one
  double check_cost = 0;        // v: time of a verification pass, likewise
  double speed_up = 0;          // of the medians
  double limit = 0;             // (1 - p^(k+1)) / ((1 - p) (k c + v))
};

// Replies of random weights, alternately with and without drafts.
Result<AcceptanceResult> MeasureAcceptance(const Engine& engine, const AcceptanceTest& test);

}  // namespace edgevlm
