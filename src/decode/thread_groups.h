// ThreadGroups: on whose threads the passes of a step loop run.
#pragma once

#include "model/run.h"

namespace edgevlm {

// Passes over few rows wait for memory, which a part of the threads may exhaust. Both may be the
// same. Passed by reference, owns nothing.
struct ThreadGroups {
  // Up to so many rows a pass is bound by reading the weights: one row of a reply, or a few that
  // share what is read.
  static constexpr int kFewRows = 8;

  Run many;
  Run few;

  // One team for all.
  ThreadGroups(const Run& run) : many(run), few(run) {}
  ThreadGroups(const Run& for_many, const Run& for_few) : many(for_many), few(for_few) {}

  const Run& For(int rows) const { return rows <= kFewRows ? few : many; }
};

}  // namespace edgevlm
