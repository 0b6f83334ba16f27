// Cores: the processors that threads may run on, and pinning threads to them.
//
// A processor is what the operating system schedules on. A core with hyperthreads counts as several
// processors that share its arithmetic units, so a second thread on it gains nothing here.
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

// The default number of threads: one per usable core, but no more than the CPU quota of the control
// group keeps busy (cpu_quota.h).
int DefaultThreads();

// Restricts the calling thread to `processors`; false if the system refuses.
bool StayOn(std::span<const int> processors);

// Chooses one processor per thread, and pins the thread that made it to the first of them for its
// lifetime; afterwards that thread may run where it could before. Threads started meanwhile inherit
// that processor, unless they choose others.
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
  int thread_;               // the system's id of the thread
};

}  // namespace edgevlm
