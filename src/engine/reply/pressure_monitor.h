// PressureMonitor: says when to save memory and when to save heat.
#pragma once

#include <chrono>
#include <mutex>
#include <string>

#include "edgevlm/cache_options.h"
#include "edgevlm/pressure_options.h"

namespace edgevlm {

// Threads: any number.
class PressureMonitor {
 public:
  // root: as for ReadMemoryUse. period: what was read is believed for so long.
  explicit PressureMonitor(const PressureOptions& options, std::string root = {},
                           std::chrono::milliseconds period = std::chrono::seconds(1));

  // What to hold caches with, where `wanted` was asked for: at each look that finds too much memory
  // in use one policy stronger, as far as there are stronger ones; at each that finds a tenth of
  // the limit free, one back.
  CacheOptions CacheFor(const CacheOptions& wanted);

  // Whether threads should rest: from the limit on until it is kCoolerBy below.
  bool IsHot();
  static constexpr double kCoolerBy = 5;

 private:
  void Look();

  const PressureOptions options_;
  const std::string root_;
  const std::chrono::milliseconds period_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point next_look_;
  int steps_ = 0;  // stronger than wanted
  bool is_hot_ = false;
};

// Whether `other` is `wanted` or one of the policies stronger than it.
bool IsAtLeast(const CacheOptions& other, const CacheOptions& wanted);

}  // namespace edgevlm
