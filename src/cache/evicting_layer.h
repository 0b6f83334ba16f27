// EvictingLayer: holds rows as float16, and not all of them: a rule says which.
#pragma once

#include <vector>

#include "cache/eviction.h"
#include "cache/layer_cache.h"
#include "cache/stored_rows.h"

namespace edgevlm {

// Every KV head holds as many rows as the others, but rows of its own. Memory grows with the rows
// held, kGrowthRows at a time, and shrinks when a prompt ends.
// Cuts: exact behind the last eviction and the last prompt's end, and within the beginning that all
// heads still hold whole; there the text counts as a prompt that is being read again. With
// Watch::kEverybody, the attention that positions paid which were cut later stays counted, but for
// the last kFreshRows of them: drafts leave no trace.
class EvictingLayer final : public LayerCache {
 public:
  static constexpr int kGrowthRows = 64;

  // rule: outlives the layer.
  EvictingLayer(const LayerShape& shape, const EvictionRule& rule);

  // Rows per KV head beyond the budget until rows are chosen again: choosing moves rows, so it
  // should not be done for each.
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
  void MakeRoom(ThreadPool& pool) override;
  void Add(View<const float> keys, View<const float> values) override;
  void AttendNewest(View<const float> q, HeadCounts heads, View<float> out,
                    ThreadPool& pool) override;
  void Cut(int n) override;
  void Copy(const LayerCache& other, int n) override;
  MaybeError Take(int positions, ByteReader& reader) override;

 private:
  std::size_t Offset(int head) const {
    return static_cast<std::size_t>(head) * static_cast<std::size_t>(rows_.capacity());
  }
  // How many rows the first n positions have; the same for every head.
  int RowsOf(int n) const { return n <= whole_ ? n : rows() - (positions() - n); }
  int FirstLimit() const;
  int Budget() const;
  void Reserve(int rows);
  void WatchQueries(View<const float> q, HeadCounts heads, ThreadPool& pool);
  void Score(View<const float> q, int first_row, ThreadPool& pool);
  void ScoreWaiting(int count, int rows_behind, ThreadPool& pool);
  void Evict(int keep, ThreadPool& pool);
  void CountWhole();
  MaybeError CheckHeld(int positions, int rows, int evicted_at) const;
  MaybeError TakeRows(int rows, ByteReader& reader);

  const EvictionRule& rule_;
  HalfRows rows_;
  std::vector<int> held_;      // [Hkv, rows_.capacity()] positions
  std::vector<float> scores_;  // [Hkv, rows_.capacity()]
  std::vector<int> kept_;
  // The newest queries, [waiting_, Hq * d] of kFreshRows: with Watch::kNewest those that will
  // choose; with kEverybody those not yet scored, since they may be drafts.
  std::vector<float> queries_;
  int query_heads_ = 0;
  int waiting_ = 0;
  int limit_ = 0;       // rows that may be held until rows are chosen
  int evicted_at_ = 0;  // positions seen when rows were last evicted; 0: never
  int read_at_ = 0;     // positions seen when the last prompt ended
  int whole_;           // positions from 0 on that every head holds
};

template <const EvictionRule& rule>
std::unique_ptr<LayerCache> MakeEvictingLayer(const LayerShape& shape) {
  return std::make_unique<EvictingLayer>(shape, rule);
}

// A rule that keeps prompts whole may hold the context's worth while it reads one.
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
