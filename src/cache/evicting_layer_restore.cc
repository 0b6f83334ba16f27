// Restores an EvictingLayer from untrusted bytes.
#include <climits>
#include <cmath>
#include <cstring>

#include "base/check.h"
#include "cache/evicting_layer.h"

namespace edgevlm {
namespace {

constexpr int kMaxQueryHeads = 1024;

Error Corrupt(const std::string& expected) {
  return {ErrorCode::kCorrupt, "cache: evicted rows: expected " + expected + ", found others"};
}

// Copies the next bytes; false if there are too few, or values that are not finite.
template <class T>
bool ReadNumbers(ByteReader& reader, std::span<T> to) {
  const auto bytes = reader.ReadBytes(to.size_bytes());
  if (!reader.ok()) return false;
  if (!bytes.empty()) std::memcpy(to.data(), bytes.data(), bytes.size());
  return std::ranges::all_of(to, [](T number) { return std::isfinite(number); });
}

}  // namespace

// Checks that each head's positions increase, and that all positions since the last eviction and
// the kFreshRows before it are present: cutting back relies on it.
MaybeError EvictingLayer::CheckHeld(int positions, int rows, int evicted_at) const {
  const int neighbors = std::min(positions, positions - evicted_at + kFreshRows);
  if (rows < neighbors) return Corrupt("the newest positions");
  for (int head = 0; head < shape().heads; ++head) {
    for (int row = 0; row < rows; ++row) {
      const int position = held_[Offset(head) + static_cast<std::size_t>(row)];
      const int least = row == 0 ? 0 : held_[Offset(head) + static_cast<std::size_t>(row) - 1] + 1;
      const int behind = rows - 1 - row;
      const int greatest = positions - 1 - behind;
      const bool is_new = behind < neighbors;
      if (position < least || position > greatest || (is_new && position != greatest)) {
        return Corrupt("increasing positions");
      }
    }
  }
  return std::nullopt;
}

MaybeError EvictingLayer::RestoreRows(int positions, ByteReader& reader) {
  int numbers[6];
  for (int& number : numbers) number = reader.Get<std::int32_t>();
  const auto [rows, limit, evicted_at, read_at, query_heads, pending] = numbers;
  if (!reader.ok()) return Corrupt("six numbers");
  const bool is_whole = evicted_at == 0;
  const bool fits = 0 <= rows && rows <= positions && (!is_whole || rows == positions) &&
                    rows <= limit && 0 <= evicted_at && evicted_at <= positions && 0 <= read_at &&
                    read_at <= positions && 0 <= query_heads && query_heads <= kMaxQueryHeads &&
                    query_heads % shape().heads == 0 && 0 <= pending &&
                    pending <= std::min(kFreshRows, rows) && (pending == 0 || query_heads > 0);
  if (!fits) return Corrupt("rows, limits and positions that fit each other");
  const auto width = static_cast<std::size_t>(query_heads * shape().head_width);
  if (rule_.scored_queries == ScoredQueries::kNone && pending > 0) return Corrupt("no queries");
  query_heads_ = query_heads;
  if (pending > 0) queries_.resize(kFreshRows * width);
  if (!ReadNumbers(reader, std::span(queries_).first(static_cast<std::size_t>(pending) * width))) {
    return Corrupt("finite queries");
  }
  if (auto error = RestoreHeldRows(rows, reader)) return error;
  if (auto error = CheckHeld(positions, rows, evicted_at)) return error;
  pending_ = pending;
  limit_ = std::min(limit, capacity());
  evicted_at_ = evicted_at;
  read_at_ = read_at;
  whole_ = INT_MAX;
  if (!is_whole) CountWhole();
  return std::nullopt;
}

MaybeError EvictingLayer::RestoreHeldRows(int rows, ByteReader& reader) {
  const std::size_t row_bytes = static_cast<std::size_t>(width()) * 2 * sizeof(std::uint16_t);
  if (reader.remaining() / row_bytes < static_cast<std::size_t>(rows)) {
    return Corrupt("more bytes");
  }
  rows_.TruncateTo(0);
  if (rows > rows_.capacity()) Reserve(rows);
  for (int head = 0; head < shape().heads; ++head) {
    const auto count = static_cast<std::size_t>(rows);
    if (!ReadNumbers(reader, std::span(held_).subspan(Offset(head), count))) {
      return Corrupt("positions");
    }
    if (rule_.scored_queries != ScoredQueries::kAll) continue;
    if (!ReadNumbers(reader, std::span(scores_).subspan(Offset(head), count))) {
      return Corrupt("finite scores");
    }
  }
  return rows_.Restore(rows, reader);
}

}  // namespace edgevlm
