// Stopwatch: milliseconds since it was made, or since the last lap.
#pragma once

#include <chrono>

namespace edgevlm {

class Stopwatch {
 public:
  double Milliseconds() const { return Since(start_); }

  // Milliseconds since the last Lap (or the start), and starts the next one.
  double Lap() {
    const double ms = Since(lap_);
    lap_ = Clock::now();
    return ms;
  }

 private:
  using Clock = std::chrono::steady_clock;

  static double Since(Clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
  }

  Clock::time_point start_ = Clock::now();
  Clock::time_point lap_ = start_;
};

}  // namespace edgevlm
