// Loader: generates training batches on background threads.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <utility>

#include "base/threads.h"
#include "train/data/sample.h"

namespace edgevlm::train {

// Makes the n-th sample of a run. The numbers of rng depend on the batch only. Called by several
// threads at once.
using MakeNthSample =
    std::function<Sample(std::uint64_t n, std::mt19937_64& rng, ThreadPool& pool)>;

// Batch i depends only on the seed and i, not on the number of threads. Threads: call Next from one
// thread.
class Loader {
 public:
  // options: as those of the samples that `make` makes.
  Loader(const SampleOptions& options, int batch_images, std::uint64_t seed,
         std::uint64_t first_batch, int threads, MakeNthSample make);
  // Draws scenes. The glyphs and the tokenizer must outlive the loader.
  Loader(const SampleOptions& options, int batch_images, std::uint64_t seed,
         std::uint64_t first_batch, int threads, const Glyphs& glyphs, const Tokenizer& tokenizer);
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  // The next batch in order; waits until it is ready. Rethrows an exception of a background thread.
  Batch Next();

 private:
  void Stop();
  void Make();
  Batch MakeBatch(std::uint64_t index, ThreadPool& pool) const;

  SampleOptions options_;
  int batch_images_;
  std::uint64_t seed_;
  MakeNthSample make_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t next_made_;   // the batch that the next free thread generates
  std::uint64_t next_given_;  // the batch that Next() returns next
  std::deque<std::pair<std::uint64_t, Batch>> ready_;
  bool stop_ = false;
  std::exception_ptr failure_;  // that ended a background thread
  JoiningThreads threads_;      // last member: the threads use the others
};

}  // namespace edgevlm::train
