// Workers: threads that do what would keep the I/O thread. For server/http/ only.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <new>
#include <utility>

#include "base/threads.h"

namespace edgevlm {

// In place of asio::thread_pool, whose constructor waits for ever for the threads that it has
// started when the system starts no more. Threads: any, but Join and the destructor from one
// outside.
class Workers {
 public:
  // Throws std::system_error where the system starts fewer threads.
  explicit Workers(int count) : io_(count), more_(io_.get_executor()) {
    try {
      for (int i = 0; i < count; ++i) threads_.Start("requests", [this] { Run(); });
    } catch (...) {
      Stop();
      throw;
    }
  }
  // What waits is left undone.
  ~Workers() { Stop(); }

  // Runs `work` on one of the threads.
  template <class Work>
  void Post(Work&& work) {
    boost::asio::post(io_, std::forward<Work>(work));
  }

  // Waits until all that was posted is done. Nothing may be posted afterwards.
  void Join() {
    more_.reset();
    threads_.Join();
  }

 private:
  void Run() {
    while (true) {
      try {
        io_.run();
        return;
      } catch (const std::bad_alloc&) {
        // What the work held has been let go of; the others go on.
      }
    }
  }

  void Stop() {
    more_.reset();
    io_.stop();
  }

  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> more_;
  JoiningThreads threads_;  // last: they use the rest
};

}  // namespace edgevlm
