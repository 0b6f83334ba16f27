// Repeat: runs a benchmark repeatedly and records the times.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>

#include "measure/measurement.h"

namespace edgevlm {

// Calls run() -> Result<int>, the tokens it counted, once to warm up and then timed.
template <class Run>
MaybeError Repeat(int repetitions, Measurement& measurement, const Run& run) {
  double counted = 0;
  for (int i = -1; i < repetitions; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const Result<int> tokens = run();
    const auto end = std::chrono::steady_clock::now();
    if (!tokens) return tokens.error();
    if (i < 0) continue;
    const std::int64_t ns =
        std::max<std::int64_t>(1, std::chrono::nanoseconds(end - begin).count());
    measurement.samples_ns.push_back(ns);
    measurement.samples_ts.push_back(*tokens * 1e9 / static_cast<double>(ns));
    counted += *tokens;
  }
  measurement.generated_tokens = static_cast<int>(std::lround(counted / repetitions));
  return {};
}

}  // namespace edgevlm
