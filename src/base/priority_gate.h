// Turns: work that is done in steps lets short work go before its next step.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>

namespace edgevlm {

// Encoding an image takes a second, a step of replies some hundredths. On the same threads one
// would wait for the other; with turns, each step of the long work is followed by at most one piece
// of short work, and the other way round. Threads: any number of both kinds.
class PriorityGate {
 public:
  // Long work, from its begin to its end. Several may go on at the same time.
  class Long {
   public:
    explicit Long(PriorityGate& gate);
    ~Long();
    Long(const Long&) = delete;
    Long& operator=(const Long&) = delete;

   private:
    PriorityGate& gate_;
  };

  // A piece of short work: begins when all long work has come to the end of a step. One at a time.
  class Short {
   public:
    explicit Short(PriorityGate& gate);
    ~Short();
    Short(const Short&) = delete;
    Short& operator=(const Short&) = delete;

   private:
    PriorityGate& gate_;
  };

  // Between two steps of long work: waits for a piece of short work, if there is one. Costs a few
  // nanoseconds if there is none. REQUIRES: the caller is inside a Long.
  void Yield();

 private:
  std::mutex mutex_;
  std::condition_variable change_;
  std::atomic<bool> is_wanted_ = false;  // short work waits
  bool is_short_ = false;                // short work is done
  int moving_ = 0;                       // long works in a step
  int parked_ = 0;                       // long works that wait for short work
  unsigned round_ = 0;                   // of short work
};

}  // namespace edgevlm
