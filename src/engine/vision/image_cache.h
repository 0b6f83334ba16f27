// ImageCache: the embeddings of images by their content, so that none is computed twice.
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

// Holds up to a number of bytes and evicts the least recently used; an image larger than that is
// not kept. While one caller makes an image, others that want it wait for it. Threads: any number.
// Cost of a lookup: one comparison of keys per image held, which is nothing beside encoding one.
class ImageCache {
 public:
  using Image = std::shared_ptr<const EncodedImage>;
  using Make = std::function<Result<EncodedImage>()>;
  struct Found {
    Image image;
    bool is_new = false;  // made by this call
  };

  explicit ImageCache(std::size_t budget_bytes) : lru_(budget_bytes) {}

  // The image of this key, or what make() gives, which is called without a lock held. Its error
  // goes to all who wait for it, but for kCancelled: then one of them makes it. Whoever asks later
  // tries anew.
  Result<Found> Get(const std::string& key, const Make& make);

  // Null if it is not held.
  Image Find(const std::string& key);

  // Whether somebody waits for what another is making.
  bool IsWaitedFor(const std::string& key) const;

  // Holds an image that comes from elsewhere, if there is none of this key.
  void Put(const std::string& key, Image image);

  CacheCounters counters() const;

  // Forgets all that is held.
  void Clear();

 private:
  struct Keyed {
    std::string key;
    Image image;
  };
  // An image under way; whoever waits holds it too.
  struct Pending {
    std::optional<Result<Image>> result;
    int waiting = 0;
  };

  // With the lock held.
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
