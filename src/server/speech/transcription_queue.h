// TranscriptionQueue: transcribes recordings of clients, one after the other.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "edgevlm/transcriber.h"

namespace edgevlm {

// Runs on a thread of its own, beside the replies of the scheduler. Threads: any.
class TranscriptionQueue {
 public:
  struct Job {
    std::string file;                // a sound file
    TranscribeOptions options = {};  // is_cancelled is overwritten
    // Cancelled if it is not done by then.
    std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
    // Called once, on the thread of the queue or of Cancel and Stop. Errors: those of Transcribe.
    std::function<void(const Result<Transcript>&)> on_end = {};
  };

  // waiting: jobs behind the one that runs, at least 0. Throws std::system_error if the system
  // cannot start a thread.
  TranscriptionQueue(std::shared_ptr<Transcriber> transcriber, int waiting);
  ~TranscriptionQueue();  // Stop()
  TranscriptionQueue(const TranscriptionQueue&) = delete;
  TranscriptionQueue& operator=(const TranscriptionQueue&) = delete;

  // The job's number; nothing if the queue is full or was stopped.
  std::optional<std::uint64_t> Submit(Job job);

  // Submits a job without on_end, and waits for it. Nothing if the queue is full, or two callers
  // wait already: they are worker threads of the server, of which there are four. Errors: those of
  // Transcribe; kCancelled after the deadline.
  std::optional<Result<Transcript>> TranscribeNow(Job job);

  // Ends a job with kCancelled, within milliseconds. Does nothing if it has ended.
  void Cancel(std::uint64_t number);

  // Cancels all jobs and returns when they have ended.
  void Stop();

  int waiting() const;

 private:
  struct Entry {
    std::uint64_t number = 0;
    Job job;
    std::atomic<bool> is_cancelled = false;
  };

  void RunJobs();
  void RunJob(Entry& entry);

  const std::shared_ptr<Transcriber> transcriber_;
  const int most_waiting_;
  std::atomic<int> callers_ = 0;  // of TranscribeNow
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by the mutex, but for the job of running_.
  std::list<std::shared_ptr<Entry>> waiting_;
  std::shared_ptr<Entry> running_;
  std::uint64_t last_number_ = 0;
  bool is_stopped_ = false;
  std::thread thread_;
};

}  // namespace edgevlm
