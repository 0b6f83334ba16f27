#include "decode/speculate/ngram_index.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <iterator>

#include "base/check.h"

namespace edgevlm {

NgramIndex::NgramIndex(int capacity) : capacity_(static_cast<std::size_t>(capacity)) {
  CHECK(capacity >= 4 * kLongest);
  tokens_.reserve(capacity_);
  for (std::vector<int>& ends : ends_) ends.resize(std::bit_ceil(2 * capacity_));
}

void NgramIndex::Add(int token) {
  if (tokens_.size() == capacity_) ForgetOlderHalf();
  // N-grams that end with the previous token become findable now; those that end with this one are
  // queries.
  Remember(static_cast<int>(tokens_.size()));
  tokens_.push_back(token);
}

void NgramIndex::Break() {
  if (!tokens_.empty() && tokens_.back() != kBreak) Add(kBreak);
}

void NgramIndex::Continue(int max_tokens, std::vector<int>& tokens) const {
  const int size = static_cast<int>(tokens_.size());
  int from = 0;
  for (int length = kLongest; length >= kShortest && from == 0; --length) {
    from = FindEarlier(length);
  }
  if (from == 0) return;
  const std::size_t first = tokens.size();
  for (int i = 0; i < max_tokens; ++i) {
    const int token = from + i < size ? tokens_[static_cast<std::size_t>(from + i)]
                                      : tokens[first + static_cast<std::size_t>(from + i - size)];
    if (token == kBreak) return;
    tokens.push_back(token);
  }
}

// The n-gram before `end`; empty where a text is shorter.
std::span<const int> NgramIndex::Ending(int end, int length) const {
  if (end < length) return {};
  const auto ngram = std::span(tokens_).subspan(static_cast<std::size_t>(end - length),
                                                static_cast<std::size_t>(length));
  return std::ranges::find(ngram, kBreak) == ngram.end() ? ngram : std::span<const int>();
}

// Fowler, Noll and Vo's hash, 64 bits, token by token; its upper bits are better distributed.
std::size_t NgramIndex::SlotOf(std::span<const int> ngram) const {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const int token : ngram) {
    hash = (hash ^ static_cast<std::uint32_t>(token)) * 0x100000001b3;
    hash ^= hash >> 32;
  }
  return static_cast<std::size_t>(hash) & (ends_.front().size() - 1);
}

void NgramIndex::Remember(int end) {
  for (int length = kShortest; length <= kLongest; ++length) {
    const auto ngram = Ending(end, length);
    if (ngram.empty()) return;
    ends_[static_cast<std::size_t>(length - kShortest)][SlotOf(ngram)] = end;
  }
}

// The earlier end of an n-gram equal to the last `length` tokens; 0: none. Another n-gram may have
// overwritten its slot.
int NgramIndex::FindEarlier(int length) const {
  const auto wanted = Ending(static_cast<int>(tokens_.size()), length);
  if (wanted.empty()) return 0;
  const int end = ends_[static_cast<std::size_t>(length - kShortest)][SlotOf(wanted)];
  return end > 0 && std::ranges::equal(Ending(end, length), wanted) ? end : 0;
}

void NgramIndex::ForgetOlderHalf() {
  tokens_.erase(tokens_.begin(), tokens_.begin() + std::ssize(tokens_) / 2);
  for (std::vector<int>& ends : ends_) std::ranges::fill(ends, 0);
  for (int end = 1; end < static_cast<int>(tokens_.size()); ++end) Remember(end);
}

}  // namespace edgevlm
