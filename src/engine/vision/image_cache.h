// ImageCache: image embeddings keyed by content, so that none is computed twice.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/result.h"
#include "edgevlm/cache_counters.h"
#include "edgevlm/edgevlm.h"
#include "engine/byte_bounded_lru.h"

namespace edgevlm {

// Holds a limited number of bytes and evicts the least recently used image; it does not store a
// larger one. While one caller computes an image, others that need it wait. Threads: any number.
// Cost of a lookup: one comparison of keys per image held, negligible next to encoding one.
class ImageCache {
 public:
  using Image = std::shared_ptr<const EncodedImage>;
  using Make = std::function<Result<EncodedImage>()>;
  struct Found {
    Image image;
    bool is_new = false;  // computed by this call
  };

  explicit ImageCache(std::size_t budget_bytes) : lru_(budget_bytes) {}

  // The image of this key, or the result of make(), which is called without a lock held. Its error
  // goes to all callers that wait for it, except for kCancelled: then one of them calls make().
  // Later callers try again.
  Result<Found> Get(const std::string& key, const Make& make);

  // Null if it is not cached.
  Image Find(const std::string& key);

  // Whether a caller waits for an image that another one computes.
  bool IsWaitedFor(const std::string& key) const;

  // Stores an image computed elsewhere, unless the key exists.
  void Put(const std::string& key, Image image);

  CacheCounters counters() const;

  // Empties the cache.
  void Clear();

 private:
  struct Keyed {
    std::string key;
    Image image;
  };
  // An image being computed; waiting callers share ownership.
  struct Pending {
    std::optional<Result<Image>> result;
    int waiting = 0;
  };

  // Call with the lock held.
  ByteBoundedLru<Keyed>::Iterator Entry(const std::string& key);
  void Keep(const std::string& key, const Image& image);
  Image Held(const std::string& key);

  mutable std::mutex mutex_;
  std::condition_variable made_;
  ByteBoundedLru<Keyed> lru_;
  std::unordered_map<std::string, std::shared_ptr<Pending>> pending_;
  CacheCounters lookups_;  // hits and misses
};

}  // namespace edgevlm
