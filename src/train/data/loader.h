// Loader: makes batches in the background while the model trains on earlier ones.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <utility>

#include "base/threads.h"
#include "train/data/sample.h"

namespace edgevlm::train {

// Batch i depends on the seed and i alone, whatever the number of threads. The glyphs and the
// tokenizer must outlive it. Threads: Next from one thread.
class Loader {
 public:
  Loader(const SampleOptions& options, int batch_images, std::uint64_t seed,
         std::uint64_t first_batch, int threads, const Glyphs& glyphs, const Tokenizer& tokenizer);
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  // The next batch in order; waits for it if need be. Throws what a thread that makes batches
  // threw.
  Batch Next();

 private:
  void Stop();
  void Make();
  Batch MakeBatch(std::uint64_t index, ThreadPool& pool) const;

  SampleOptions options_;
  int batch_images_;
  std::uint64_t seed_;
  const Glyphs& glyphs_;
  const Tokenizer& tokenizer_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t next_made_;   // the batch that a free thread makes next
  std::uint64_t next_given_;  // the batch that Next() gives
  std::deque<std::pair<std::uint64_t, Batch>> ready_;
  bool stop_ = false;
  std::exception_ptr failure_;  // of a thread that ended by it
  JoiningThreads threads_;      // last: they use the rest
};

}  // namespace edgevlm::train
