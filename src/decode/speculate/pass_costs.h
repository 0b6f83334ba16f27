// PassCosts: how long a pass takes on this machine, by its rows. Learns from the passes made.
#pragma once

#include <array>
#include <chrono>

namespace edgevlm {

class PassCosts {
 public:
  // More rows than this are not for speculation: their cost is guessed from fewer.
  static constexpr int kMostRows = 64;

  // A pass of `rows` took so long. REQUIRES: rows >= 1, ms >= 0.
  void Learn(int rows, double ms);

  // What a pass of `rows` will take: what was measured, the line between its neighbors, or, past
  // the last, what is to be hoped, so that it gets tried. 0 for 0 rows. REQUIRES: known().
  double Milliseconds(int rows) const;

  bool known() const { return most_rows_ > 0; }

 private:
  std::array<double, kMostRows + 1> ms_ = {};  // by rows; 0: not measured yet
  int most_rows_ = 0;                          // measured
};

// Measures a pass, from here to the end of the block.
class PassTimer {
 public:
  // costs: null: nothing is learnt.
  PassTimer(PassCosts* costs, int rows) : costs_(costs), rows_(rows) {}
  ~PassTimer() {
    if (costs_ != nullptr) costs_->Learn(rows_, Milliseconds());
  }
  PassTimer(const PassTimer&) = delete;
  PassTimer& operator=(const PassTimer&) = delete;

 private:
  using Clock = std::chrono::steady_clock;

  double Milliseconds() const {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin_).count();
  }

  PassCosts* costs_;
  int rows_;
  Clock::time_point begin_ = Clock::now();
};

}  // namespace edgevlm
