#include "train/data/loader.h"

#include <algorithm>
#include <utility>

namespace edgevlm::train {
namespace {

constexpr std::uint64_t kReadyBatches = 6;  // enough to absorb images that take longer to draw

}  // namespace

Loader::Loader(const SampleOptions& options, int batch_images, std::uint64_t seed,
               std::uint64_t first_batch, int threads, const Glyphs& glyphs,
               const Tokenizer& tokenizer)
    : Loader(options, batch_images, seed, first_batch, threads,
             [options, &glyphs, &tokenizer](std::uint64_t, std::mt19937_64& rng, ThreadPool& pool) {
               return MakeSample(options, glyphs, tokenizer, rng, pool);
             }) {}

Loader::Loader(const SampleOptions& options, int batch_images, std::uint64_t seed,
               std::uint64_t first_batch, int threads, MakeNthSample make_sample)
    : options_(options),
      batch_images_(batch_images),
      seed_(seed),
      make_(std::move(make_sample)),
      next_made_(first_batch),
      next_given_(first_batch) {
  const auto make = [this] {
    try {
      Make();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      failure_ = std::current_exception();
      changed_.notify_all();
    }
  };
  try {
    for (int i = 0; i < threads; ++i) threads_.Start("batches", make);
  } catch (...) {
    Stop();
    throw;
  }
}

Loader::~Loader() { Stop(); }

void Loader::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
}

Batch Loader::MakeBatch(std::uint64_t index, ThreadPool& pool) const {
  std::seed_seq mix{seed_, seed_ >> 32, index, index >> 32};
  std::mt19937_64 rng(mix);
  std::vector<Sample> samples;
  for (int i = 0; i < batch_images_; ++i) {
    const auto count = static_cast<std::uint64_t>(batch_images_);
    samples.push_back(make_(index * count + static_cast<std::uint64_t>(i), rng, pool));
  }
  return Stack(samples, options_);
}

void Loader::Make() {
  ThreadPool alone(1);
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return stop_ || next_made_ < next_given_ + kReadyBatches; });
    if (stop_) return;
    const std::uint64_t index = next_made_++;
    lock.unlock();
    Batch batch = MakeBatch(index, alone);
    lock.lock();
    ready_.emplace_back(index, std::move(batch));
    changed_.notify_all();
  }
}

Batch Loader::Next() {
  std::unique_lock lock(mutex_);
  const auto wanted = [&] {
    return std::find_if(ready_.begin(), ready_.end(),
                        [&](const auto& entry) { return entry.first == next_given_; });
  };
  changed_.wait(lock, [&] { return wanted() != ready_.end() || failure_ != nullptr; });
  if (failure_ != nullptr) std::rethrow_exception(failure_);
  const auto found = wanted();
  Batch batch = std::move(found->second);
  ready_.erase(found);
  ++next_given_;
  changed_.notify_all();
  return batch;
}

}  // namespace edgevlm::train
