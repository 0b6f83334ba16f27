// NgramIndex: finds earlier occurrences of a text's last tokens, and what followed them.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace edgevlm {

// Prompt lookup (Saxena 2023, "Prompt Lookup Decoding"), with the most recent of the longest
// matches. Threads: one at a time.
class NgramIndex {
 public:
  // Length of a match in tokens: one token predicts little, and five no better than four.
  static constexpr int kShortest = 2;
  static constexpr int kLongest = 4;

  // capacity: tokens that it holds; when full, it drops the older half. Allocates all its memory at
  // once. REQUIRES: capacity >= 4 * kLongest.
  explicit NgramIndex(int capacity);

  // Appends a token to the text. O(1).
  void Add(int token);

  // Starts another text: no match spans the break.
  void Break();

  // Appends what followed the most recent earlier occurrence of the last tokens: at most
  // `max_tokens`, up to that text's end; a text that repeats itself is assumed to keep repeating.
  // O(max_tokens).
  void Continue(int max_tokens, std::vector<int>& tokens) const;

 private:
  static constexpr int kLengths = kLongest - kShortest + 1;
  static constexpr int kBreak = -1;  // between two texts

  std::span<const int> Ending(int end, int length) const;
  std::size_t SlotOf(std::span<const int> ngram) const;
  void Remember(int end);
  int FindEarlier(int length) const;
  void ForgetOlderHalf();

  std::size_t capacity_;
  std::vector<int> tokens_;
  // For each length: where the latest n-gram of this hash ends, one past its last token; 0: none.
  std::array<std::vector<int>, kLengths> ends_;
};

}  // namespace edgevlm
