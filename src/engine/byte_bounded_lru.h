// ByteBoundedLru: a list of values in the order of their last use, limited to a number of bytes.
#pragma once

#include <cstddef>
#include <iterator>
#include <list>
#include <utility>

#include "base/check.h"
#include "edgevlm/cache_counters.h"

namespace edgevlm {

// The eviction of both caches that sessions share; they do their own lookups. Threads: the caller
// locks. Strong guarantee: if Insert runs out of memory, nothing has changed.
template <class Value>
class ByteBoundedLru {
 public:
  struct Entry {
    Value value;
    std::size_t bytes = 0;
  };
  using Iterator = typename std::list<Entry>::iterator;

  explicit ByteBoundedLru(std::size_t budget_bytes) : budget_bytes_(budget_bytes) {}

  // Most recently used first.
  Iterator begin() { return entries_.begin(); }
  Iterator end() { return entries_.end(); }

  bool Fits(std::size_t bytes) const { return bytes <= budget_bytes_; }

  void MarkUsed(Iterator entry) { entries_.splice(entries_.begin(), entries_, entry); }

  // Adds a value as the most recently used and evicts the least recently used until all fit.
  // REQUIRES: Fits(bytes).
  void Insert(Value value, std::size_t bytes) {
    CHECK(Fits(bytes));
    entries_.push_front({std::move(value), bytes});
    bytes_ += bytes;
    while (bytes_ > budget_bytes_) {
      Erase(std::prev(entries_.end()));
      ++evictions_;
    }
  }

  // Returns the iterator after it.
  Iterator Erase(Iterator entry) {
    bytes_ -= entry->bytes;
    return entries_.erase(entry);
  }

  void Clear() {
    entries_.clear();
    bytes_ = 0;
  }

  // hits and misses: counted by the caller's lookups.
  CacheCounters Counters(CacheCounters lookups) const {
    lookups.evictions = evictions_;
    lookups.entries = entries_.size();
    lookups.bytes = bytes_;
    lookups.budget_bytes = budget_bytes_;
    return lookups;
  }

 private:
  const std::size_t budget_bytes_;
  std::list<Entry> entries_;
  std::size_t bytes_ = 0;
  decltype(CacheCounters::evictions) evictions_ = 0;
};

}  // namespace edgevlm
