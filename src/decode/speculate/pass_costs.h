// PassCosts: the duration of a pass on this machine by its number of rows, learned from past
// passes.
#pragma once

#include <array>

#include "base/stopwatch.h"

namespace edgevlm {

class PassCosts {
 public:
  // Speculation uses no more rows than this: their cost is extrapolated.
  static constexpr int kMaxRows = 64;

  // Records that a pass of `rows` took `ms`. REQUIRES: rows >= 1, ms >= 0.
  void Learn(int rows, double ms);

  // The expected duration of a pass of `rows`: as measured, interpolated between its neighbors, or,
  // past the last, a low guess, so that it gets tried. 0 for 0 rows. REQUIRES: known().
  double Milliseconds(int rows) const;

  bool known() const { return max_measured_rows_ > 0; }

 private:
  std::array<double, kMaxRows + 1> ms_ = {};  // by rows; 0: not measured yet
  int max_measured_rows_ = 0;
};

// Measures a pass, from construction to the end of the scope, unless it is discarded.
class PassTimer {
 public:
  // costs: null: nothing is recorded.
  PassTimer(PassCosts* costs, int rows) : costs_(costs), rows_(rows) {}
  ~PassTimer() {
    if (costs_ != nullptr) costs_->Learn(rows_, watch_.Milliseconds());
  }
  PassTimer(const PassTimer&) = delete;
  PassTimer& operator=(const PassTimer&) = delete;

  // Records nothing: the pass was aborted, so its duration says nothing about a whole one.
  void Discard() { costs_ = nullptr; }

 private:
  PassCosts* costs_;
  int rows_;
  Stopwatch watch_;
};

}  // namespace edgevlm
