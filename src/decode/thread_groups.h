// ThreadGroups: the threads on which the decoding loop runs its passes.
#pragma once

#include "model/run.h"

namespace edgevlm {

// Passes over few rows are bound by memory bandwidth, which some of the threads may saturate. Both
// groups may be the same. Passed by reference, owns nothing.
struct ThreadGroups {
  // Up to this many rows, a pass is bound by reading the weights, which its rows share.
  static constexpr int kFewRows = 8;

  Run many;
  Run few;

  // One group for all passes.
  ThreadGroups(const Run& run) : many(run), few(run) {}
  ThreadGroups(const Run& for_many, const Run& for_few) : many(for_many), few(for_few) {}

  const Run& For(int rows) const { return rows <= kFewRows ? few : many; }
};

}  // namespace edgevlm
