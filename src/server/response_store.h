// ResponseStore: the responses of /v1/responses that later requests may continue.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "edgevlm/scheduler.h"

namespace edgevlm {

struct StoredResponse {
  std::string scope;                     // of the request: only requests of the same scope find it
  std::vector<RequestMessage> messages;  // the conversation; the last one is the reply
  std::string object;                    // the response as it was sent, JSON
};

// Keeps the responses used last, in memory, up to a number of bytes: those of their texts, images
// (counted in each response that has them) and JSON. Threads: any.
class ResponseStore {
 public:
  explicit ResponseStore(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  // One that is larger than the whole store is not kept. REQUIRES: the id is new.
  void Add(std::string id, StoredResponse response);

  // Null if it is not stored (any more), or of another scope.
  std::shared_ptr<const StoredResponse> Find(const std::string& id, const std::string& scope);

  // Whether it was stored.
  bool Erase(const std::string& id, const std::string& scope);

 private:
  struct Entry {
    std::string id;
    std::shared_ptr<const StoredResponse> response;
    std::size_t bytes;
  };
  using Entries = std::list<Entry>;

  Entries::iterator Locate(const std::string& id, const std::string& scope);
  void Drop(Entries::iterator entry);

  const std::size_t max_bytes_;
  std::mutex mutex_;
  std::size_t bytes_ = 0;
  Entries entries_;  // the one used last comes first
  std::map<std::string, Entries::iterator> by_id_;
};

}  // namespace edgevlm
