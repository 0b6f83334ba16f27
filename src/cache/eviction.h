// EvictionRule: which rows a KV head keeps when not all may stay. Knows no model and no memory.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "cache/policy.h"

namespace edgevlm {

// The newest rows stay whatever a rule says: they may be drafts that are cut back. They are also
// the ones whose attention Watch::kNewest sums.
constexpr int kFreshRows = 16;

// What one KV head holds.
struct HeldRows {
  std::span<const int> positions;  // [rows], increasing; the last kFreshRows are neighbors
  std::span<const float> scores;   // [rows] attention received, summed; empty with Watch::kNobody
  int rows() const { return static_cast<int>(positions.size()); }
};

// Whose attention is summed as a row's score, over all query heads of the KV head.
enum class Watch {
  kNobody,
  kNewest,     // that of the last kFreshRows positions, when rows are chosen
  kEverybody,  // that of all positions since the row was added; costs as much as attention
};

struct BudgetCall {
  int layer = 0;
  int layers = 1;
  int rows = 0;       // held per head
  int positions = 0;  // seen
  const CacheOptions& options;
};

struct EvictionRule {
  Watch watch = Watch::kNobody;
  bool keeps_prompt = false;   // all of it stays until it has been read
  bool keeps_replies = false;  // what is added after the prompt stays until the next one ends
  // Rows that each KV head of a layer keeps.
  int (*budget)(const BudgetCall& call) = nullptr;
  // Fills `kept`, which is empty, with `keep` of the rows in increasing order, the last kFreshRows
  // among them. REQUIRES: kFreshRows <= keep <= rows().
  void (*choose)(const HeldRows& rows, int keep, std::vector<int>& kept) = nullptr;
};

// Appends the `count` rows of [first, last) with the highest score(row); of equals the older.
template <class Score>
void KeepBest(int first, int last, int count, const Score& score, std::vector<int>& kept) {
  const std::ptrdiff_t begin = std::ssize(kept);
  for (int row = first; row < last; ++row) kept.push_back(row);
  const auto end = kept.begin() + begin + count;
  // What is no number has no place in an order.
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
