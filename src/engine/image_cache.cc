#include "engine/image_cache.h"

#include <utility>

namespace edgevlm {
namespace {

std::size_t BytesOf(const EncodedImage& image) {
  std::size_t bytes = sizeof(image) + image.values.size() * sizeof(float);
  for (const EncodedImage::Piece& piece : image.pieces) {
    bytes += sizeof(piece) + piece.markup.size();
  }
  return bytes;
}

}  // namespace

Result<ImageCache::Found> ImageCache::Get(const std::string& key, const Make& make) {
  std::unique_lock lock(mutex_);
  if (const Image held = Held(key)) return Found{held, false};
  for (auto other = pending_.find(key); other != pending_.end(); other = pending_.find(key)) {
    ++counters_.hits;
    const std::shared_ptr<Pending> pending = other->second;
    ++pending->waiting;
    made_.wait(lock, [&pending] { return pending->result.has_value(); });
    if (*pending->result) return Found{**pending->result, false};
    if (pending->result->error().code != ErrorCode::kCancelled) return pending->result->error();
    --counters_.hits;  // it was given up before anybody was seen waiting
  }
  ++counters_.misses;
  const auto pending = std::make_shared<Pending>();
  pending_.emplace(key, pending);
  // Wherever it is left: those who wait for an image that is not made after all make it themselves.
  struct Ending {
    ~Ending() {
      if (!lock.owns_lock()) lock.lock();
      if (!pending.result) pending.result = Error{ErrorCode::kCancelled, {}};
      cache.pending_.erase(key);
      cache.made_.notify_all();
    }
    ImageCache& cache;
    const std::string& key;
    Pending& pending;
    std::unique_lock<std::mutex>& lock;
  } const ending{*this, key, *pending, lock};
  lock.unlock();
  Result<EncodedImage> made = make();
  if (!made) {
    lock.lock();
    pending->result = made.error();
    return made.error();
  }
  const auto image = std::make_shared<const EncodedImage>(*std::move(made));
  lock.lock();
  pending->result = image;
  Keep(key, image);
  return Found{image, true};
}

ImageCache::Image ImageCache::Held(const std::string& key) {
  const auto held = by_key_.find(key);
  if (held == by_key_.end()) return nullptr;
  ++counters_.hits;
  entries_.splice(entries_.begin(), entries_, held->second);
  return held->second->image;
}

ImageCache::Image ImageCache::Find(const std::string& key) {
  const std::lock_guard lock(mutex_);
  return Held(key);
}

bool ImageCache::IsWaitedFor(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto pending = pending_.find(key);
  return pending != pending_.end() && pending->second->waiting > 0;
}

void ImageCache::Put(const std::string& key, Image image) {
  const std::lock_guard lock(mutex_);
  if (!by_key_.contains(key)) Keep(key, image);
}

void ImageCache::Keep(const std::string& key, const Image& image) {
  const std::size_t bytes = BytesOf(*image);
  if (bytes > budget_bytes_ || by_key_.contains(key)) return;
  std::list<Entry> added;
  added.push_front({key, image, bytes});
  by_key_.emplace(key, added.begin());
  entries_.splice(entries_.begin(), added);  // none without its key, even when memory runs out
  counters_.bytes += bytes;
  while (counters_.bytes > budget_bytes_) {
    counters_.bytes -= entries_.back().bytes;
    ++counters_.evictions;
    by_key_.erase(entries_.back().key);
    entries_.pop_back();
  }
}

void ImageCache::Clear() {
  const std::lock_guard lock(mutex_);
  entries_.clear();
  by_key_.clear();
  counters_.bytes = 0;
}

CacheCounters ImageCache::counters() const {
  const std::lock_guard lock(mutex_);
  CacheCounters counters = counters_;
  counters.entries = entries_.size();
  counters.budget_bytes = budget_bytes_;
  return counters;
}

}  // namespace edgevlm
