// ThreadGroups: the threads on which prefill and decode loop.
#pragma once

#include "model/run.h"

namespace edgevlm {

// Decode waits for memory, which a part of the threads may exhaust; prefill uses them all. Both may
// be the same threads. Passed by reference, owns nothing.
struct ThreadGroups {
  // Up to so many rows a pass is bound by reading the weights: one row per reply, or the few of a
  // draft that is checked.
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
