#include "eval/scores/ngrams.h"

#include <algorithm>

#include "base/check.h"

namespace edgevlm {
namespace {

std::vector<NgramCount> Counted(std::vector<std::uint32_t>& ids) {
  std::ranges::sort(ids);
  std::vector<NgramCount> counts;
  for (const std::uint32_t id : ids) {
    if (counts.empty() || counts.back().id != id) counts.push_back({id, 0});
    ++counts.back().count;
  }
  counts.shrink_to_fit();
  return counts;
}

}  // namespace

std::uint32_t NgramTable::WordId(const std::string& word) {
  const auto [entry, is_new] = words_.try_emplace(word, next_id_);
  if (is_new) ++next_id_;
  return entry->second;
}

std::uint32_t NgramTable::LongerId(std::uint32_t ngram, std::uint32_t word) {
  const auto [entry, is_new] = longer_.try_emplace(std::uint64_t{ngram} << 32 | word, next_id_);
  if (is_new) ++next_id_;
  return entry->second;
}

NgramCounts NgramTable::Count(std::span<const std::string> tokens) {
  CHECK(tokens.size() < (UINT32_MAX - next_id_) / kMaxNgram);
  std::vector<std::uint32_t> words;
  for (const std::string& token : tokens) words.push_back(WordId(token));
  NgramCounts counts;
  std::vector<std::uint32_t> ids = words;  // of the n-grams that begin at each token
  for (std::size_t n = 0; n < counts.size(); ++n) {
    if (n > 0) {
      if (ids.size() < 2) break;
      ids.pop_back();
      for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = LongerId(ids[i], words[i + n]);
    }
    std::vector<std::uint32_t> sorted = ids;
    counts[n] = Counted(sorted);
  }
  return counts;
}

}  // namespace edgevlm
