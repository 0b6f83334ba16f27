#include "profile/profiled_threads.h"

namespace edgevlm {

ProfiledThreads::Scope::Scope(ProfiledThreads& threads, Profiler& profiler) : threads_(threads) {
  const std::lock_guard lock(threads_.mutex_);
  threads_.entries_.push_back({std::this_thread::get_id(), &profiler});
}

ProfiledThreads::Scope::~Scope() {
  const std::lock_guard lock(threads_.mutex_);
  std::erase_if(threads_.entries_,
                [](const Entry& entry) { return entry.thread == std::this_thread::get_id(); });
}

Profiler* ProfiledThreads::OfThisThread() const {
  const std::lock_guard lock(mutex_);
  for (const Entry& entry : entries_) {
    if (entry.thread == std::this_thread::get_id()) return entry.profiler;
  }
  return nullptr;
}

}  // namespace edgevlm
