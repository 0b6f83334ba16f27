// BatchBar: shows the progress of a batch on standard error.
#pragma once

#include <chrono>
#include <string>

#include "fleet/batch.h"

namespace edgevlm {

// "1200/10000 images, 8.3 a second, 0:17:40 left, 3 failed". The rate and the time left are those
// of this run; they are left out before the first result.
std::string BatchProgressText(const BatchProgress& progress, double seconds);

// Draws only when standard error is a terminal, at most five times a second. One thread at a time.
class BatchBar {
 public:
  BatchBar();
  // Clears the bar.
  ~BatchBar();
  BatchBar(const BatchBar&) = delete;
  BatchBar& operator=(const BatchBar&) = delete;

  void Show(const BatchProgress& progress);
  // Before another line is printed.
  void Clear() const;
  double seconds() const;

 private:
  using Clock = std::chrono::steady_clock;

  const bool terminal_;
  const Clock::time_point start_;
  Clock::time_point drawn_;
};

}  // namespace edgevlm
