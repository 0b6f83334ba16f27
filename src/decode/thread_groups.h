// ThreadGroups: the threads on which prefill and decode run.
#pragma once

#include "model/run.h"

namespace edgevlm {

// Decode is bound by memory bandwidth, which some of the threads may saturate; prefill uses them
// all. Both may be the same threads. Passed by reference, owns nothing.
struct ThreadGroups {
  // Up to this many rows, a pass is bound by reading the weights: one row per reply, or the few of
  // a draft that is verified.
  static constexpr int kMaxDecodeRows = 8;

  Run prefill;
  Run decode;

  // The same threads for both.
  ThreadGroups(const Run& run) : prefill(run), decode(run) {}
  ThreadGroups(const Run& for_prefill, const Run& for_decode)
      : prefill(for_prefill), decode(for_decode) {}

  const Run& For(int rows) const { return rows <= kMaxDecodeRows ? decode : prefill; }
};

}  // namespace edgevlm
