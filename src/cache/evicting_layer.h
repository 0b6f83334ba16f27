// EvictingLayer: a KV cache of float16 rows that evicts rows by an EvictionRule.
#pragma once

#include <vector>

#include "cache/eviction.h"
#include "cache/layer_cache.h"
#include "cache/stored_rows.h"

namespace edgevlm {

// All KV heads hold the same number of rows, but each head chooses its own. Memory grows with the
// rows held, kGrowthRows at a time, and shrinks when a prompt ends.
// Cuts are exact after the last eviction and the end of the last prompt, and within the prefix that
// all heads still hold completely; a cut there returns to reading the prompt. With
// ScoredQueries::kAll the scores keep the attention of queries that are cut later, except for the
// last kFreshRows of them: drafts leave no trace. Scores sum causal attention, also of positions
// that attend to each other in both directions.
class EvictingLayer final : public LayerCache {
 public:
  static constexpr int kGrowthRows = 64;

  // rule: outlives the layer. REQUIRES: the layer has no window.
  EvictingLayer(const LayerShape& shape, const EvictionRule& rule);

  // Rows per KV head that may be added beyond the budget before the next eviction: an eviction
  // moves rows, so it should not happen for every position.
  static int Slack(int budget) { return std::clamp(budget / 8, 16, 256); }

  int rows() const override { return rows_.rows(); }
  std::size_t bytes() const override;
  int Remaining() const override;
  void EndPrompt(ThreadPool& pool) override;
  int ExactCut(int n) const override;
  void Read(int first, View<float> keys, View<float> values) const override;
  void Save(ByteWriter& writer) const override;

  // The positions of the rows that a head holds, increasing.
  std::span<const int> HeldPositions(int head) const {
    return std::span(held_).subspan(Offset(head), static_cast<std::size_t>(rows()));
  }

 protected:
  void Compact(ThreadPool& pool) override;
  void Add(View<const float> keys, View<const float> values) override;
  void MakeRoom(int rows, ThreadPool& pool) override;
  void AttendNewest(View<const float> q, HeadCounts heads, MaskRange mask, View<float> out,
                    ThreadPool& pool) override;
  void Cut(int n) override;
  void Copy(const LayerCache& other, int n) override;
  MaybeError RestoreRows(int positions, ByteReader& reader) override;

 private:
  std::size_t Offset(int head) const {
    return static_cast<std::size_t>(head) * static_cast<std::size_t>(rows_.capacity());
  }
  // How many rows are held of the first n positions; the same for every head.
  int RowsOf(int n) const { return n <= whole_ ? n : rows() - (positions() - n); }
  int FirstLimit() const;
  int Budget() const;
  void Reserve(int rows);
  // q  [T, Hq * d]
  void RecordQueries(View<const float> q, HeadCounts heads, ThreadPool& pool);
  void Score(View<const float> q, int first_row, ThreadPool& pool);
  void ScorePending(int count, int rows_behind, ThreadPool& pool);
  void Evict(int keep, ThreadPool& pool);
  void CountWhole();
  MaybeError CheckHeld(int positions, int rows, int evicted_at) const;
  MaybeError RestoreHeldRows(int rows, ByteReader& reader);

  const EvictionRule& rule_;
  HalfRows rows_;
  std::vector<int> held_;      // [Hkv, rows_.capacity()] positions
  std::vector<float> scores_;  // [Hkv, rows_.capacity()]
  std::vector<int> kept_;
  // The newest queries, [pending_, Hq * d] of kFreshRows: with ScoredQueries::kNewest those that
  // the next eviction scores; with kAll those not scored yet, because they may be drafts.
  std::vector<float> queries_;
  int query_heads_ = 0;
  int pending_ = 0;
  int limit_ = 0;       // rows that may be held before the next eviction
  int evicted_at_ = 0;  // positions() at the last eviction; 0: never
  int read_at_ = 0;     // positions() at the end of the last prompt
  int whole_;           // positions from 0 on that every head holds
};

template <const EvictionRule& rule>
std::unique_ptr<LayerCache> MakeEvictingLayer(const LayerShape& shape) {
  return std::make_unique<EvictingLayer>(shape, rule);
}

// A rule that keeps the whole prompt may hold as many rows as the context while it reads one.
template <const EvictionRule& rule>
long long EvictingLayerBytes(const LayerShape& shape) {
  int rows = shape.capacity;
  if (!rule.keeps_prompt) {
    const int budget = std::max(kFreshRows, rule.budget({.options = shape.options}));
    rows = std::min(rows, budget + EvictingLayer::Slack(budget));
  }
  const long long of_rows = HalfRows::BytesFor(rows, shape.heads, shape.head_width);
  return of_rows + 2LL * 4 * rows * shape.heads;
}

}  // namespace edgevlm
