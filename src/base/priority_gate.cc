#include "base/priority_gate.h"

namespace edgevlm {

PriorityGate::Long::Long(PriorityGate& gate) : gate_(gate) {
  std::unique_lock lock(gate_.mutex_);
  gate_.change_.wait(lock, [this] { return !gate_.is_short_; });
  ++gate_.moving_;
}

PriorityGate::Long::~Long() {
  const std::lock_guard lock(gate_.mutex_);
  --gate_.moving_;
  gate_.change_.notify_all();
}

PriorityGate::Short::Short(PriorityGate& gate) : gate_(gate) {
  std::unique_lock lock(gate_.mutex_);
  gate_.change_.wait(lock, [this] { return !gate_.is_short_ && !gate_.is_wanted_; });
  gate_.is_wanted_ = true;
  gate_.change_.wait(lock, [this] { return gate_.moving_ == 0; });
  gate_.is_wanted_ = false;
  gate_.is_short_ = true;
}

PriorityGate::Short::~Short() {
  const std::lock_guard lock(gate_.mutex_);
  gate_.is_short_ = false;
  // Count the parked works as moving from now on, whenever they wake up: otherwise the next piece
  // of short work could start before they have done a step.
  gate_.moving_ += gate_.parked_;
  gate_.parked_ = 0;
  ++gate_.round_;
  gate_.change_.notify_all();
}

void PriorityGate::Yield() {
  if (!is_wanted()) return;
  std::unique_lock lock(mutex_);
  if (!is_wanted_) return;
  --moving_;
  ++parked_;
  change_.notify_all();
  change_.wait(lock, [this, round = round_] { return round_ != round; });
}

}  // namespace edgevlm
