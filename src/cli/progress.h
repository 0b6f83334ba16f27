// ProgressBar: shows the progress of a long command on standard error.
#pragma once

#include <chrono>

namespace edgevlm {

// Draws only when standard error is a terminal, at most ten times a second. One thread at a time.
class ProgressBar {
 public:
  ProgressBar();
  // Clears the bar.
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // Clears the bar, so that a line can be printed; Show draws it again.
  void Clear();

  // done: of total, increasing from call to call. The time left assumes a constant speed.
  void Show(int done, int total);

 private:
  using Clock = std::chrono::steady_clock;

  const bool terminal_;
  const Clock::time_point start_;
  Clock::time_point drawn_;
};

}  // namespace edgevlm
