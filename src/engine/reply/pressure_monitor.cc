#include "engine/reply/pressure_monitor.h"

#include <algorithm>
#include <utility>

#include "base/machine_state.h"
#include "cache/policy.h"

namespace edgevlm {
namespace {

constexpr int kMaxSteps = 2;  // f16, q8_0, q4
constexpr double kFree = 0.9;

// The next more compact policy; the same if there is none.
CacheOptions Stronger(const CacheOptions& options) {
  const std::string_view stronger = FindCachePolicy(options.policy)->stronger;
  return stronger.empty() ? options : CacheOptions{.policy = std::string(stronger)};
}

}  // namespace

PressureMonitor::PressureMonitor(const PressureOptions& options, std::string root,
                                 std::chrono::milliseconds period)
    : options_(options), root_(std::move(root)), period_(period) {}

// Both decisions have hysteresis, so that they do not flicker.
void PressureMonitor::Look() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_look_) return;
  next_look_ = now + period_;
  if (options_.memory_limit_bytes >= 0) {
    if (const auto memory = ReadMemoryUse(options_.memory_limit_bytes, root_)) {
      const auto used = static_cast<double>(memory->used_bytes);
      const auto limit = static_cast<double>(memory->limit_bytes);
      if (used > limit) steps_ = std::min(steps_ + 1, kMaxSteps);
      if (used < kFree * limit) steps_ = std::max(steps_ - 1, 0);
    }
  }
  if (options_.temperature_limit_celsius > 0) {
    if (const auto temperature = ReadTemperature(root_)) {
      const double limit = options_.temperature_limit_celsius;
      is_hot_ = *temperature > (is_hot_ ? limit - kCoolerBy : limit);
    }
  }
}

CacheOptions PressureMonitor::CacheFor(const CacheOptions& wanted) {
  const std::lock_guard lock(mutex_);
  Look();
  CacheOptions options = wanted;
  for (int i = 0; i < steps_; ++i) options = Stronger(options);
  return options;
}

bool PressureMonitor::IsHot() {
  const std::lock_guard lock(mutex_);
  Look();
  return is_hot_;
}

bool IsAtLeast(const CacheOptions& other, const CacheOptions& wanted) {
  CacheOptions options = wanted;
  for (int i = 0; i <= kMaxSteps; ++i) {
    if (options == other) return true;
    options = Stronger(options);
  }
  return false;
}

}  // namespace edgevlm
