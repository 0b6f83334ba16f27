// TaskQueue: threads for work that would keep the threads of requests busy.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>

#include "base/threads.h"

namespace edgevlm {

// Runs tasks in order, each thread one after the other. Threads: any, but Stop and the destructor
// only its owner.
class TaskQueue {
 public:
  // purpose: of its threads, for the error. Throws std::system_error where the system cannot start
  // one.
  TaskQueue(const std::string& purpose, std::size_t max_waiting, int threads = 1);
  ~TaskQueue();
  TaskQueue(const TaskQueue&) = delete;
  TaskQueue& operator=(const TaskQueue&) = delete;

  // False if the queue is full. The task must not throw.
  bool Add(std::function<void()> task);

  // Drops tasks that wait, and waits for those that run, which should end when they see
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
  JoiningThreads threads_;  // last: they use the other members
};

}  // namespace edgevlm
