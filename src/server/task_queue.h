// TaskQueue: a thread for work that would keep the threads of requests busy.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace edgevlm {

// Runs tasks one after the other, in order. Threads: any, but Stop and the destructor only its
// owner.
class TaskQueue {
 public:
  // Throws std::system_error where the system cannot start a thread.
  explicit TaskQueue(std::size_t max_waiting);
  ~TaskQueue();
  TaskQueue(const TaskQueue&) = delete;
  TaskQueue& operator=(const TaskQueue&) = delete;

  // False if the queue is full. The task must not throw.
  bool Add(std::function<void()> task);

  // Drops tasks that wait, and waits for the one that runs, which should end when it sees
  // stopping(). Nothing is added afterwards.
  void Stop();
  bool stopping() const { return stop_; }

 private:
  void Work();

  const std::size_t max_waiting_;
  std::mutex mutex_;
  std::condition_variable change_;
  std::deque<std::function<void()>> waiting_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;  // last: it uses the other members
};

}  // namespace edgevlm
