// PriorityGate: lets short work run between the steps of long work on the same threads.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>

namespace edgevlm {

// Encoding an image takes a second, a decode step some hundredths of one. Without the gate one
// would wait for the other; with it, each step of long work is followed by at most one piece of
// short work, and vice versa. Threads: any number of both kinds.
class PriorityGate {
 public:
  // The scope of long work. Several may run at the same time.
  class Long {
   public:
    explicit Long(PriorityGate& gate);
    ~Long();
    Long(const Long&) = delete;
    Long& operator=(const Long&) = delete;

   private:
    PriorityGate& gate_;
  };

  // The scope of a piece of short work: starts when all long work has reached the end of a step.
  // One at a time.
  class Short {
   public:
    explicit Short(PriorityGate& gate);
    ~Short();
    Short(const Short&) = delete;
    Short& operator=(const Short&) = delete;

   private:
    PriorityGate& gate_;
  };

  // Called between two steps of long work: lets a waiting piece of short work run first. Costs a
  // few nanoseconds if there is none. REQUIRES: the caller is inside a Long.
  void Yield();

  // Whether short work is waiting, so that Yield likely takes long.
  bool is_wanted() const { return is_wanted_.load(std::memory_order_relaxed); }

 private:
  std::mutex mutex_;
  std::condition_variable change_;
  std::atomic<bool> is_wanted_ = false;  // short work is waiting
  bool is_short_ = false;                // short work is running
  int moving_ = 0;                       // long works that are in a step
  int parked_ = 0;                       // long works that wait for short work
  unsigned round_ = 0;                   // of short work
};

}  // namespace edgevlm
