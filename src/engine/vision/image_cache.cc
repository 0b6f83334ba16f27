#include "engine/vision/image_cache.h"

#include <algorithm>
#include <utility>

namespace edgevlm {
namespace {

std::size_t BytesOf(const EncodedImage& image) {
  std::size_t bytes = sizeof(image) + image.embeddings.size() * sizeof(float);
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
    ++lookups_.hits;
    const std::shared_ptr<Pending> pending = other->second;
    ++pending->waiting;
    made_.wait(lock, [&pending] { return pending->result.has_value(); });
    if (*pending->result) return Found{**pending->result, false};
    if (pending->result->error().code != ErrorCode::kCancelled) return pending->result->error();
    --lookups_.hits;  // cancelled before another caller was known to wait
  }
  ++lookups_.misses;
  const auto pending = std::make_shared<Pending>();
  pending_.emplace(key, pending);
  // On any exit: if the image was not computed, a waiting caller computes it.
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

ByteBoundedLru<ImageCache::Keyed>::Iterator ImageCache::Entry(const std::string& key) {
  return std::find_if(lru_.begin(), lru_.end(),
                      [&key](const auto& entry) { return entry.value.key == key; });
}

ImageCache::Image ImageCache::Held(const std::string& key) {
  const auto entry = Entry(key);
  if (entry == lru_.end()) return nullptr;
  ++lookups_.hits;
  lru_.MarkUsed(entry);
  return entry->value.image;
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
  Keep(key, image);
}

void ImageCache::Keep(const std::string& key, const Image& image) {
  const std::size_t bytes = BytesOf(*image);
  if (!lru_.Fits(bytes) || Entry(key) != lru_.end()) return;
  lru_.Insert({key, image}, bytes);
}

void ImageCache::Clear() {
  const std::lock_guard lock(mutex_);
  lru_.Clear();
}

CacheCounters ImageCache::counters() const {
  const std::lock_guard lock(mutex_);
  return lru_.Counters(lookups_);
}

}  // namespace edgevlm
