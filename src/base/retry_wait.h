// RetryWait: how long to wait before something that failed is tried again.
#pragma once

#include <algorithm>
#include <utility>

namespace edgevlm {

// 1, 2, 4 ... 60 seconds, from 1 again after a success.
class RetryWait {
 public:
  static constexpr int kMostSeconds = 60;

  int NextSeconds() { return std::exchange(next_, std::min(2 * next_, kMostSeconds)); }
  void Reset() { next_ = 1; }

 private:
  int next_ = 1;
};

}  // namespace edgevlm
