#include "base/turns.h"

namespace edgevlm {

Turns::Long::Long(Turns& turns) : turns_(turns) {
  std::unique_lock lock(turns_.mutex_);
  turns_.change_.wait(lock, [this] { return !turns_.is_short_; });
  ++turns_.moving_;
}

Turns::Long::~Long() {
  const std::lock_guard lock(turns_.mutex_);
  --turns_.moving_;
  turns_.change_.notify_all();
}

Turns::Short::Short(Turns& turns) : turns_(turns) {
  std::unique_lock lock(turns_.mutex_);
  turns_.change_.wait(lock, [this] { return !turns_.is_short_ && !turns_.is_wanted_; });
  turns_.is_wanted_ = true;
  turns_.change_.wait(lock, [this] { return turns_.moving_ == 0; });
  turns_.is_wanted_ = false;
  turns_.is_short_ = true;
}

Turns::Short::~Short() {
  const std::lock_guard lock(turns_.mutex_);
  turns_.is_short_ = false;
  // Those that waited are counted as moving from now on, whenever they wake up: else the next piece
  // of short work could come before they have done a step.
  turns_.moving_ += turns_.parked_;
  turns_.parked_ = 0;
  ++turns_.round_;
  turns_.change_.notify_all();
}

void Turns::Yield() {
  if (!is_wanted_.load(std::memory_order_relaxed)) return;
  std::unique_lock lock(mutex_);
  if (!is_wanted_) return;
  --moving_;
  ++parked_;
  change_.notify_all();
  change_.wait(lock, [this, round = round_] { return round_ != round; });
}

}  // namespace edgevlm
