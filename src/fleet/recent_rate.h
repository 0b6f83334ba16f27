// RecentRate: how many a second, lately.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <utility>

namespace edgevlm {

// Over the last half minute, so that a device that gets hot shows its present speed. Threads: one.
class RecentRate {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds kWindow{30};

  explicit RecentRate(Clock::time_point start) : samples_{{start, 0}} {}

  // count: of all so far. now: does not decrease.
  void Note(Clock::time_point now, std::int64_t count) {
    samples_.emplace_back(now, count);
    // One sample from before the window is kept, so that the samples cover all of it.
    while (samples_.size() > 2 && now - samples_[1].first >= kWindow) samples_.pop_front();
  }

  // 0 until the second sample.
  double per_second() const {
    const std::chrono::duration<double> time = samples_.back().first - samples_.front().first;
    if (time.count() <= 0) return 0;
    return static_cast<double>(samples_.back().second - samples_.front().second) / time.count();
  }

 private:
  std::deque<std::pair<Clock::time_point, std::int64_t>> samples_;
};

}  // namespace edgevlm
