// Cores: the processors that threads may run on, and keeping a thread on one of them.
//
// A processor is what the system schedules on; a core shows as several of them where it runs
// several threads at once (hyperthreads), which share its arithmetic and gain nothing here.
#pragma once

#include <span>
#include <vector>

#include "base/result.h"

namespace edgevlm {

// The processors that the calling thread may run on: one of each core first, in increasing order,
// then their hyperthreads. At least one. Cost: reads some small files of /sys.
std::vector<int> UsableProcessors();

// How many cores these processors belong to, at least 1.
int UsableCores();

// Lets the calling thread run on `processors` only; false if the system refuses.
bool StayOn(std::span<const int> processors);

// Holds a team's processors, one per thread, and keeps the thread that made it on the first of them
// for as long as it lives; afterwards that thread may run where it could before. Threads that it
// starts meanwhile inherit the one processor, unless they choose others.
class Pinning {
 public:
  // Errors: kInvalid (more threads than usable processors), kUnsupported (the system refuses).
  // REQUIRES: threads >= 1.
  static Result<Pinning> Make(int threads);
  ~Pinning();
  Pinning(Pinning&& other) noexcept;
  Pinning& operator=(Pinning&&) = delete;

  std::span<const int> processors() const { return processors_; }

 private:
  Pinning(std::vector<int> processors, std::vector<int> before);

  std::vector<int> processors_;
  std::vector<int> before_;  // where the thread could run; empty when moved from
  int thread_;               // as the system calls it
};

}  // namespace edgevlm
