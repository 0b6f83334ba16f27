#include "cache/evicting_layer.h"

#include <climits>

#include "base/check.h"
#include "kernels/column_sums/column_sums.h"

namespace edgevlm {
EvictingLayer::EvictingLayer(const LayerShape& shape, const EvictionRule& rule)
    : LayerCache(shape), rule_(rule), rows_(0, shape.heads, shape.head_width), whole_(INT_MAX) {
  CHECK(shape.window == 0);
  limit_ = FirstLimit();
}

std::size_t EvictingLayer::bytes() const {
  return rows_.bytes() + held_.size() * sizeof(int) +
         (scores_.size() + queries_.size()) * sizeof(float);
}

int EvictingLayer::Budget() const {
  const int budget = rule_.budget({.layer = shape().layer,
                                   .layers = shape().layers,
                                   .rows = rows(),
                                   .positions = positions(),
                                   .options = shape().options});
  return std::min(rows(), std::max(budget, kFreshRows));
}

int EvictingLayer::FirstLimit() const {
  if (rule_.keeps_prompt) return capacity();
  const int budget = std::max(kFreshRows, rule_.budget({.options = shape().options}));
  return std::min(capacity(), budget + Slack(budget));
}

int EvictingLayer::Remaining() const { return std::min(limit_ - rows(), capacity() - positions()); }

// Allocates for `rows` rows, their positions and their scores.
void EvictingLayer::Reserve(int rows) {
  const int before = rows_.capacity(), held = rows_.rows();
  rows_.Reserve(rows);
  const auto count = static_cast<std::size_t>(rows) * static_cast<std::size_t>(shape().heads);
  const auto move = [&](auto& of_rows) {
    std::remove_reference_t<decltype(of_rows)> resized(count);
    for (int head = 0; head < shape().heads; ++head) {
      std::copy_n(of_rows.begin() + std::ptrdiff_t{head} * before, held,
                  resized.begin() + std::ptrdiff_t{head} * rows);
    }
    of_rows = std::move(resized);
  };
  move(held_);
  if (rule_.scored_queries != ScoredQueries::kNone) move(scores_);
  kept_.reserve(static_cast<std::size_t>(rows));
}

void EvictingLayer::Add(View<const float> keys, View<const float> values) {
  const int before = rows(), after = before + keys.rows;
  if (after > rows_.capacity()) {
    Reserve(std::min(limit_, (after + kGrowthRows - 1) / kGrowthRows * kGrowthRows));
  }
  rows_.Append(keys, values);
  for (int head = 0; head < shape().heads; ++head) {
    for (int row = before; row < after; ++row) {
      const std::size_t at = Offset(head) + static_cast<std::size_t>(row);
      held_[at] = positions() + row - before;
      if (rule_.scored_queries != ScoredQueries::kNone) scores_[at] = 0.0f;
    }
  }
}

void EvictingLayer::AttendNewest(View<const float> q, HeadCounts heads, MaskRange mask,
                                 View<float> out, ThreadPool& pool) {
  edgevlm::Attend({.q = q,
                   .keys = rows_.keys(),
                   .values = rows_.values(),
                   .heads = heads,
                   .mask = mask,
                   .first_position = rows() - q.rows,
                   .out = out},
                  pool);
  if (rule_.scored_queries != ScoredQueries::kNone) RecordQueries(q, heads, pool);
}

// Keeps the newest queries as pending, because they may be drafts, whether added one by one or at
// once. With kAll, those that newer ones displace are scored.
void EvictingLayer::RecordQueries(View<const float> q, HeadCounts heads, ThreadPool& pool) {
  const auto width = static_cast<std::size_t>(q.cols);
  query_heads_ = heads.query;
  queries_.resize(width * kFreshRows);
  const View<float> pending(queries_.data(), kFreshRows, q.cols);
  const int added = std::min(q.rows, kFreshRows);
  if (rule_.scored_queries == ScoredQueries::kAll) {
    ScorePending(std::max(0, pending_ + added - kFreshRows), q.rows, pool);
    Score(q.Rows(0, q.rows - added), rows() - q.rows, pool);
  }
  const int stay = std::min(pending_, kFreshRows - added);
  std::copy_n(pending.data + (pending_ - stay) * pending.stride,
              static_cast<std::ptrdiff_t>(stay) * q.cols, pending.data);
  for (int row = 0; row < added; ++row) {
    std::ranges::copy(q.Row(q.rows - added + row), pending.Row(stay + row).begin());
  }
  pending_ = stay + added;
}

// q [T, Hq * d]: the queries of rows from first_row on.
void EvictingLayer::Score(View<const float> q, int first_row, ThreadPool& pool) {
  AddColumnSums({.q = q,
                 .keys = rows_.keys(),
                 .heads = {.query = query_heads_, .kv = shape().heads},
                 .first_position = first_row,
                 .sums = {scores_.data(), shape().heads, rows_.capacity()}},
                pool);
}

// Scores the first `count` pending queries. rows_behind: rows held that are newer than all pending
// ones.
void EvictingLayer::ScorePending(int count, int rows_behind, ThreadPool& pool) {
  if (count == 0) return;
  const int width = query_heads_ * shape().head_width;
  Score({queries_.data(), count, width}, rows() - rows_behind - pending_, pool);
}

void EvictingLayer::Compact(ThreadPool& pool) {
  const int keep = Budget();
  if (keep < rows()) Evict(keep, pool);
  limit_ = std::min(capacity(), keep + Slack(keep));
}

void EvictingLayer::MakeRoom(int added, ThreadPool& pool) {
  if (added <= Remaining()) return;
  Compact(pool);
  limit_ = std::max(limit_, std::min(capacity(), rows() + added));
}

void EvictingLayer::EndPrompt(ThreadPool& pool) {
  if (!rule_.keeps_prompt || rows() == 0) return;
  const int keep = Budget();
  if (keep < rows()) Evict(keep, pool);
  limit_ = rule_.keeps_replies ? capacity() : std::min(capacity(), keep + Slack(keep));
  read_at_ = positions();
  Reserve(std::min(limit_, rows() + kGrowthRows));
}

void EvictingLayer::Evict(int keep, ThreadPool& pool) {
  if (rule_.scored_queries == ScoredQueries::kNewest) std::ranges::fill(scores_, 0.0f);
  ScorePending(pending_, 0, pool);
  if (rule_.scored_queries == ScoredQueries::kAll) pending_ = 0;
  for (int head = 0; head < shape().heads; ++head) {
    const auto first = Offset(head), count = static_cast<std::size_t>(rows());
    std::span<float> scores;
    if (rule_.scored_queries != ScoredQueries::kNone) {
      scores = std::span(scores_).subspan(first, count);
    }
    const std::span<int> held = std::span(held_).subspan(first, count);
    kept_.clear();
    rule_.choose({.positions = held, .scores = scores}, keep, kept_);
    CHECK(std::ssize(kept_) == keep);
    rows_.Keep(head, kept_);
    for (std::size_t to = 0; to < kept_.size(); ++to) {
      const auto from = static_cast<std::size_t>(kept_[to]);
      held[to] = held[from];
      if (!scores.empty()) scores[to] = scores[from];
    }
  }
  rows_.TruncateTo(keep);
  evicted_at_ = positions();
  CountWhole();
}

void EvictingLayer::CountWhole() {
  whole_ = rows();
  for (int head = 0; head < shape().heads; ++head) {
    const std::span<const int> held = HeldPositions(head);
    int whole = 0;
    while (whole < whole_ && held[static_cast<std::size_t>(whole)] == whole) ++whole;
    whole_ = whole;
  }
}

int EvictingLayer::ExactCut(int n) const {
  return n >= std::max(evicted_at_, read_at_) ? n : std::min(n, whole_);
}

void EvictingLayer::Cut(int n) {
  CHECK(ExactCut(n) == n || positions() - n <= kFreshRows);
  pending_ = std::max(0, pending_ - (positions() - n));
  rows_.TruncateTo(RowsOf(n));
  if (n >= std::max(evicted_at_, read_at_) || n > whole_) return;
  evicted_at_ = read_at_ = 0;
  whole_ = INT_MAX;
  limit_ = FirstLimit();
}

void EvictingLayer::Read(int first, View<float> keys, View<float> values) const {
  CHECK(evicted_at_ == 0);
  rows_.Read(first, keys, values);
}

void EvictingLayer::Copy(const LayerCache& from, int n) {
  const auto& other = static_cast<const EvictingLayer&>(from);
  const int rows = other.RowsOf(n);
  rows_.TruncateTo(0);
  if (rows > rows_.capacity()) Reserve(rows);
  rows_.CopyFrom(other.rows_, rows);
  for (int head = 0; head < shape().heads; ++head) {
    const auto to = static_cast<std::ptrdiff_t>(Offset(head));
    const auto at = static_cast<std::ptrdiff_t>(other.Offset(head));
    std::copy_n(other.held_.begin() + at, rows, held_.begin() + to);
    if (!scores_.empty()) std::copy_n(other.scores_.begin() + at, rows, scores_.begin() + to);
  }
  queries_ = other.queries_;
  query_heads_ = other.query_heads_;
  pending_ = std::max(0, other.pending_ - (other.positions() - n));
  const bool is_behind = n >= std::max(other.evicted_at_, other.read_at_);
  evicted_at_ = is_behind ? other.evicted_at_ : 0;
  read_at_ = is_behind ? other.read_at_ : 0;
  whole_ = is_behind ? other.whole_ : INT_MAX;
  limit_ = is_behind ? std::min(other.limit_, capacity()) : FirstLimit();
}

void EvictingLayer::Save(ByteWriter& writer) const {
  const int width = query_heads_ * shape().head_width;
  for (const int number : {rows(), limit_, evicted_at_, read_at_, query_heads_, pending_}) {
    writer.Put(number);
  }
  writer.Put(std::as_bytes(std::span(queries_).first(static_cast<std::size_t>(pending_) *
                                                     static_cast<std::size_t>(width))));
  for (int head = 0; head < shape().heads; ++head) {
    writer.Put(std::as_bytes(HeldPositions(head)));
    if (rule_.scored_queries != ScoredQueries::kAll) continue;
    writer.Put(
        std::as_bytes(std::span(scores_).subspan(Offset(head), static_cast<std::size_t>(rows()))));
  }
  rows_.Save(writer);
}

}  // namespace edgevlm
