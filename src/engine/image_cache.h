// ImageCache: images' embeddings by their content, so that none is computed twice.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/result.h"
#include "edgevlm/cache_counters.h"
#include "edgevlm/edgevlm.h"

namespace edgevlm {

// Holds up to a budget of bytes; what was not asked for the longest goes first. What is larger than
// the budget is not kept. An image that is being made is waited for by whoever else wants it.
// Threads: any number.
class ImageCache {
 public:
  using Image = std::shared_ptr<const EncodedImage>;
  using Make = std::function<Result<EncodedImage>()>;
  struct Found {
    Image image;
    bool is_new = false;  // made by this call
  };

  explicit ImageCache(std::size_t budget_bytes) : budget_bytes_(budget_bytes) {}

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
  struct Entry {
    std::string key;
    Image image;
    std::size_t bytes = 0;
  };
  // An image under way; whoever waits holds it too.
  struct Pending {
    std::optional<Result<Image>> result;
    int waiting = 0;
  };

  // With the lock held.
  void Keep(const std::string& key, const Image& image);
  Image Held(const std::string& key);

  const std::size_t budget_bytes_;
  mutable std::mutex mutex_;
  std::condition_variable made_;
  std::list<Entry> entries_;  // asked for last in front
  std::unordered_map<std::string, std::list<Entry>::iterator> by_key_;
  std::unordered_map<std::string, std::shared_ptr<Pending>> pending_;
  CacheCounters counters_;
};

}  // namespace edgevlm
