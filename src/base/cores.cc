#include "base/cores.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <numeric>
#include <string>
#include <thread>
#include <utility>

#include "base/check.h"
#include "base/cpu_quota.h"

namespace edgevlm {
namespace {

constexpr int kThisThread = 0;  // for sched_*affinity

std::vector<int> ProcessorsOfThisThread() {
  std::vector<int> processors;
  cpu_set_t set;
  if (sched_getaffinity(kThisThread, sizeof(set), &set) == 0) {
    for (int i = 0; i < CPU_SETSIZE; ++i) {
      if (CPU_ISSET(static_cast<std::size_t>(i), &set)) processors.push_back(i);
    }
  }
  // If the system does not say, or has more processors than the set can hold, count them.
  if (processors.empty()) {
    processors.resize(std::max(1u, std::thread::hardware_concurrency()));
    std::iota(processors.begin(), processors.end(), 0);
  }
  return processors;
}

bool Allow(int thread, std::span<const int> processors) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int processor : processors) CPU_SET(static_cast<std::size_t>(processor), &set);
  return sched_setaffinity(thread, sizeof(set), &set) == 0;
}

// The first processor of the same core, which identifies the core; without /sys, the processor
// itself.
int CoreOf(int processor) {
  std::ifstream list("/sys/devices/system/cpu/cpu" + std::to_string(processor) +
                     "/topology/thread_siblings_list");
  int first = processor;  // "0-1" or "0,64"
  return list >> first ? first : processor;
}

struct Processors {
  std::vector<int> processors;
  int cores = 0;
};

Processors Find() {
  Processors found;
  std::vector<int> cores, others;
  for (const int processor : ProcessorsOfThisThread()) {
    const int core = CoreOf(processor);
    const bool known = std::find(cores.begin(), cores.end(), core) != cores.end();
    if (!known) cores.push_back(core);
    (known ? others : found.processors).push_back(processor);
  }
  found.cores = static_cast<int>(cores.size());
  found.processors.insert(found.processors.end(), others.begin(), others.end());
  return found;
}

}  // namespace

std::vector<int> UsableProcessors() { return Find().processors; }

int UsableCores() { return Find().cores; }

int DefaultThreads() {
  const int cores = UsableCores();
  return std::min(cores, ReadCpuQuota().value_or(cores));
}

bool StayOn(std::span<const int> processors) { return Allow(kThisThread, processors); }

Result<Pinning> Pinning::Make(int threads) {
  CHECK(threads >= 1);
  std::vector<int> processors = UsableProcessors();
  const int usable = static_cast<int>(processors.size());
  if (threads > usable) {
    return Error{ErrorCode::kInvalid, "pin: expected at most " + std::to_string(usable) +
                                          " threads, one per processor, found " +
                                          std::to_string(threads)};
  }
  std::vector<int> before = processors;
  processors.resize(static_cast<std::size_t>(threads));
  if (!StayOn(std::span(processors).first(1))) {
    return Error{ErrorCode::kUnsupported, "pin: the system keeps no thread on one processor"};
  }
  return Pinning(std::move(processors), std::move(before));
}

Pinning::Pinning(std::vector<int> processors, std::vector<int> before)
    : processors_(std::move(processors)), before_(std::move(before)), thread_(gettid()) {}

Pinning::Pinning(Pinning&& other) noexcept
    : processors_(std::move(other.processors_)),
      before_(std::exchange(other.before_, {})),
      thread_(other.thread_) {}

Pinning::~Pinning() {
  // The thread may be gone; then there is nothing to restore.
  if (!before_.empty()) Allow(thread_, before_);
}

}  // namespace edgevlm
