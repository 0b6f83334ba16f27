// Workers: threads for work that would block the I/O thread. For server/http/ only.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <new>
#include <utility>

#include "base/threads.h"

namespace edgevlm {

// Replaces asio::thread_pool, whose constructor hangs when the system cannot start all threads.
// Threads: any, but Join and the destructor only from outside the workers.
class Workers {
 public:
  // Throws std::system_error where the system cannot start the threads.
  explicit Workers(int count) : io_(count), more_(io_.get_executor()) {
    try {
      for (int i = 0; i < count; ++i) threads_.Start("requests", [this] { RunIo(); });
    } catch (...) {
      Stop();
      throw;
    }
  }
  // Work that still waits is dropped.
  ~Workers() { Stop(); }

  // Runs `work` on one of the threads.
  template <class Work>
  void Post(Work&& work) {
    boost::asio::post(io_, std::forward<Work>(work));
  }

  // Waits until all posted work is done. Nothing may be posted afterwards.
  void Join() {
    more_.reset();
    threads_.Join();
  }

 private:
  void RunIo() {
    while (true) {
      try {
        io_.run();
        return;
      } catch (const std::bad_alloc&) {
        // The work has released what it held; other work continues.
      }
    }
  }

  void Stop() {
    more_.reset();
    io_.stop();
  }

  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> more_;
  JoiningThreads threads_;  // last: the threads use the rest
};

}  // namespace edgevlm
