// Starting threads where the system may refuse to (limits of processes and of memory).
#pragma once

#include <exception>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace edgevlm {

// Throws std::system_error, whose text is one line that says what the thread was for, where the
// system starts no more of them; std::bad_alloc.
std::thread StartThread(const std::string& purpose, std::function<void()> work);

// Threads that are waited for wherever their scope is left, an exception included. Who waits for
// news from outside has to be told to end before. Threads: one, the owner's.
class JoiningThreads {
 public:
  JoiningThreads() = default;
  JoiningThreads(const JoiningThreads&) = delete;
  JoiningThreads& operator=(const JoiningThreads&) = delete;
  ~JoiningThreads();

  // As StartThread. An exception of `work` ends its thread alone.
  void Start(const std::string& purpose, std::function<void()> work);

  // Waits for all, then throws the first of their exceptions again.
  void Join();

 private:
  void Wait();

  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::exception_ptr failure_;  // guarded by it
};

}  // namespace edgevlm
