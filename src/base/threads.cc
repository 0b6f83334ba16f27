#include "base/threads.h"

#include <system_error>
#include <utility>

namespace edgevlm {

std::thread StartThread(const std::string& purpose, std::function<void()> work) {
  try {
    return std::thread(std::move(work));
  } catch (const std::system_error& error) {
    throw std::system_error(error.code(), "threads: one for " + purpose + " cannot be started");
  }
}

JoiningThreads::~JoiningThreads() { Wait(); }

void JoiningThreads::Start(const std::string& purpose, std::function<void()> work) {
  threads_.reserve(threads_.size() + 1);  // a running thread must not be lost
  threads_.push_back(StartThread(purpose, [this, work = std::move(work)] {
    try {
      work();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (failure_ == nullptr) failure_ = std::current_exception();
    }
  }));
}

void JoiningThreads::Join() {
  Wait();
  if (failure_ != nullptr) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void JoiningThreads::Wait() {
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace edgevlm
