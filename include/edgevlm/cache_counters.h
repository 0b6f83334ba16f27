// CacheCounters: how an engine's cache has served so far.
#pragma once

#include <cstddef>
#include <cstdint>

namespace edgevlm {

struct CacheCounters {
  std::uint64_t hits = 0;    // asked for and there, or being made for somebody else just then
  std::uint64_t misses = 0;  // asked for and made anew
  std::uint64_t evictions = 0;
  std::size_t entries = 0;  // held now
  std::size_t bytes = 0;    // that they take
  std::size_t budget_bytes = 0;
};

}  // namespace edgevlm
