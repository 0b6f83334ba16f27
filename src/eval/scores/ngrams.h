// N-grams of words, n from 1 to 4, as numbers: two n-grams are equal if their ids are.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace edgevlm {

inline constexpr int kMaxNgram = 4;

struct NgramCount {
  std::uint32_t id = 0;
  std::uint32_t count = 0;
};

// The n-grams of one text: [n - 1] has those of n words, each once, by increasing id. A text of T
// tokens has at most T of each.
using NgramCounts = std::array<std::vector<NgramCount>, kMaxNgram>;

// Gives ids to words and n-grams, in the order in which they appear. An n-gram is the id of its
// first n - 1 words and one word more, so no n-gram is stored as text. Memory: about 50 bytes for
// each distinct n-gram. Threads: one at a time.
class NgramTable {
 public:
  // Adds n-grams that are new. REQUIRES: room for 4 * tokens.size() more ids of 32 bits.
  NgramCounts Count(std::span<const std::string> tokens);

  std::uint32_t size() const { return next_id_; }  // ids are below this

 private:
  std::uint32_t WordId(const std::string& word);
  std::uint32_t LongerId(std::uint32_t ngram, std::uint32_t word);

  std::unordered_map<std::string, std::uint32_t> words_;
  std::unordered_map<std::uint64_t, std::uint32_t> longer_;  // (n-gram << 32 | word) -> n-gram
  std::uint32_t next_id_ = 0;
};

// The number of n-grams of n words in a text of `tokens` tokens.
constexpr int NgramsOf(int n, int tokens) { return tokens < n ? 0 : tokens - n + 1; }

}  // namespace edgevlm
