// Roofline: measures the peak arithmetic throughput and read bandwidth of this machine, to which
// the speed of kernels is compared (Williams et al. 2009).
#pragma once

#include <string>
#include <vector>

#include "base/thread_pool.h"

namespace edgevlm {

struct Limit {
  std::string name;         // "int8", "bfloat16", "float32"; "read L1", "read L2", "read memory"
  std::string instruction;  // that reaches it: "vpdpbusd, 512 bits"
  std::string unit;         // "GOP/s" (a multiplication and an addition are two), "GB/s" (10^9)
  double one_thread = 0;
  double all_threads = 0;  // of the pool, each with data of its own
};

struct RooflineOptions {
  int probe_ms = 40;                        // duration of each try of each probe
  int tries = 5;                            // the best one counts; others may be disturbed
  std::size_t memory_bytes = 256ull << 20;  // to read from memory, together; more than any cache
};

// Measures with the instructions that the CPU has and EDGEVLM_ISA allows; others are left out.
// Takes about probe_ms * tries for each limit, twice, and memory_bytes of memory.
// REQUIRES: ChooseIsa() succeeds.
std::vector<Limit> MeasureRoofline(const RooflineOptions& options, ThreadPool& pool);

}  // namespace edgevlm
