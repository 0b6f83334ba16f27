// MemoryCounter: how many bytes of activations are in use.
#pragma once

#include <algorithm>
#include <cstddef>

namespace edgevlm {

// Threads: one at a time.
struct MemoryCounter {
  double allocated = 0;  // sum of all allocations
  double in_use = 0;
  double peak = 0;  // of in_use, since someone set it to in_use

  void Add(double bytes) {
    allocated += bytes;
    in_use += bytes;
    peak = std::max(peak, in_use);
  }
  void Release(double bytes) { in_use -= bytes; }
};

}  // namespace edgevlm
