// EvictionRule: which rows a KV head keeps when some must be evicted. Independent of model and
// memory.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "cache/policy.h"

namespace edgevlm {

// The newest rows are never evicted, because they may be drafts that are cut back. They are also
// the ones whose attention ScoredQueries::kNewest sums.
constexpr int kFreshRows = 16;

// The rows that one KV head holds.
struct HeldRows {
  std::span<const int> positions;  // [rows], increasing; the last kFreshRows are neighbors
  std::span<const float>
      scores;  // [rows] attention received, summed; empty with ScoredQueries::kNone
  int rows() const { return static_cast<int>(positions.size()); }
};

// The queries whose attention to a row is summed as its score, over all query heads of the KV head.
enum class ScoredQueries {
  kNone,
  kNewest,  // those of the last kFreshRows positions, at each eviction
  kAll,     // those of all positions since the row was added; costs as much as attention
};

struct BudgetCall {
  int layer = 0;
  int layers = 1;
  int rows = 0;       // held per head
  int positions = 0;  // added
  const CacheOptions& options;
};

struct EvictionRule {
  ScoredQueries scored_queries = ScoredQueries::kNone;
  bool keeps_prompt = false;   // no eviction before the whole prompt has been read
  bool keeps_replies = false;  // rows added after the prompt stay until the next one ends
  // Rows that each KV head of a layer keeps.
  int (*budget)(const BudgetCall& call) = nullptr;
  // Fills `kept`, which is empty, with `keep` of the rows in increasing order, the last kFreshRows
  // among them. REQUIRES: kFreshRows <= keep <= rows().
  void (*choose)(const HeldRows& rows, int keep, std::vector<int>& kept) = nullptr;
};

// Appends the `count` rows of [first, last) with the highest score(row); among equals, the older.
template <class Score>
void KeepBest(int first, int last, int count, const Score& score, std::vector<int>& kept) {
  const std::ptrdiff_t begin = std::ssize(kept);
  for (int row = first; row < last; ++row) kept.push_back(row);
  const auto end = kept.begin() + begin + count;
  // NaN would break the ordering.
  const auto ranked = [&score](int row) {
    const float of_row = score(row);
    return of_row == of_row ? of_row : 0.0f;
  };
  std::nth_element(kept.begin() + begin, end, kept.end(), [&ranked](int a, int b) {
    const float of_a = ranked(a), of_b = ranked(b);
    return of_a != of_b ? of_a > of_b : a < b;
  });
  kept.erase(end, kept.end());
  std::sort(kept.begin() + begin, kept.end());
}

// Appends the rows [first, last).
inline void KeepAll(int first, int last, std::vector<int>& kept) {
  for (int row = first; row < last; ++row) kept.push_back(row);
}

}  // namespace edgevlm
