// Starts threads, which the system may refuse (limits on processes and memory).
#pragma once

#include <exception>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace edgevlm {

// Throws std::system_error when the system refuses, with a text of one line that names the purpose;
// std::bad_alloc.
std::thread StartThread(const std::string& purpose, std::function<void()> work);

// Threads that are joined when their scope is left, also by an exception. Threads that wait for
// external events must be told to end before. Threads: used by one, its owner.
class JoiningThreads {
 public:
  JoiningThreads() = default;
  JoiningThreads(const JoiningThreads&) = delete;
  JoiningThreads& operator=(const JoiningThreads&) = delete;
  ~JoiningThreads();

  // As StartThread. An exception of `work` ends only its own thread.
  void Start(const std::string& purpose, std::function<void()> work);

  // Waits for all, then rethrows the first of their exceptions.
  void Join();

 private:
  void Wait();

  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::exception_ptr failure_;  // guarded by it
};

}  // namespace edgevlm
