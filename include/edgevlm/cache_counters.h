// CacheCounters: hit and miss counts and memory use of one of an engine's caches.
#pragma once

#include <cstddef>
#include <cstdint>

namespace edgevlm {

struct CacheCounters {
  std::uint64_t hits = 0;    // found, or already being computed for another request
  std::uint64_t misses = 0;  // not found, so computed
  std::uint64_t evictions = 0;
  std::size_t entries = 0;  // currently held
  std::size_t bytes = 0;    // of these entries
  std::size_t budget_bytes = 0;
};

}  // namespace edgevlm
