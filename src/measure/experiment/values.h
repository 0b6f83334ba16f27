// Values: the median of any number of values in constant memory, with its interval.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace edgevlm {

struct Estimate {
  double value = 0;
  double low = 0;  // 95 %
  double high = 0;
};

// Keeps all values up to kMaxKept, and of more a random part of that size (Vitter 1985, "Random
// Sampling with a Reservoir"), so that the interval of more values is as wide as that of kMaxKept.
class Values {
 public:
  static constexpr std::size_t kMaxKept = 4096;

  void Add(double value);

  std::int64_t count() const { return count_; }
  double mean() const;  // of all; 0 without values
  // The interval is that of order statistics, for any distribution (David and Nagaraja 2003, "Order
  // Statistics", 7.1); of fewer than six values, their range. REQUIRES: count() > 0.
  Estimate Median() const;

 private:
  std::vector<double> kept_;
  std::int64_t count_ = 0;
  double sum_ = 0;
  double squares_ = 0;   // of the distances from the mean so far (Welford 1962)
  std::mt19937_64 rng_;  // the same in every run
};

}  // namespace edgevlm
