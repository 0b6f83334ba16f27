// PressureMonitor: decides when to save memory and when to reduce heat.
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
  // root: as for ReadMemoryUse. period: how long a reading stays valid.
  explicit PressureMonitor(const PressureOptions& options, std::string root = {},
                           std::chrono::milliseconds period = std::chrono::seconds(1));

  // The policy to use in place of `wanted`: each reading with too much memory in use moves to the
  // next more compact policy, if there is one; each with a tenth of the limit free moves back by
  // one.
  CacheOptions CacheFor(const CacheOptions& wanted);

  // Whether threads should pause: from the limit on until it is kCoolerBy below.
  bool IsHot();
  static constexpr double kCoolerBy = 5;

 private:
  void Look();

  const PressureOptions options_;
  const std::string root_;
  const std::chrono::milliseconds period_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point next_look_;
  int steps_ = 0;  // towards more compact policies
  bool is_hot_ = false;
};

// Whether `other` is `wanted` or a more compact policy.
bool IsAtLeast(const CacheOptions& other, const CacheOptions& wanted);

}  // namespace edgevlm
