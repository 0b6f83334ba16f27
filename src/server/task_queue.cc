#include "server/task_queue.h"

#include <utility>

namespace edgevlm {

TaskQueue::TaskQueue(const std::string& purpose, std::size_t max_waiting, int threads)
    : max_waiting_(max_waiting) {
  try {
    for (int i = 0; i < threads; ++i) threads_.Start(purpose, [this] { Work(); });
  } catch (...) {
    Stop();
    throw;
  }
}

TaskQueue::~TaskQueue() { Stop(); }

void TaskQueue::Stop() {
  std::deque<std::function<void()>> dropped;
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    dropped.swap(waiting_);
  }
  change_.notify_all();
  threads_.Join();
}

bool TaskQueue::Add(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (stop_ || waiting_.size() >= max_waiting_) return false;
    waiting_.push_back(std::move(task));
  }
  change_.notify_all();
  return true;
}

void TaskQueue::Work() {
  while (true) {
    std::function<void()> task;
    {
      std::unique_lock lock(mutex_);
      change_.wait(lock, [this] { return stop_ || !waiting_.empty(); });
      if (stop_) return;
      task = std::move(waiting_.front());
      waiting_.pop_front();
    }
    task();
  }
}

}  // namespace edgevlm
