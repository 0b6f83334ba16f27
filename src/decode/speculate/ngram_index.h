// NgramIndex: where the last few tokens of a text stood before, and what followed.
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
  // Tokens that must be the same: one is no hint, and a match of five is as good as one of four.
  static constexpr int kShortest = 2;
  static constexpr int kLongest = 4;

  // capacity: tokens it remembers; when they are more, the older half is forgotten. Takes all its
  // memory at once. REQUIRES: capacity >= 4 * kLongest.
  explicit NgramIndex(int capacity);

  // The text goes on. O(1).
  void Add(int token);

  // Another text begins: nothing matches across.
  void Break();

  // Appends what followed the most recent earlier place of the last tokens: at most `most`, up to
  // that text's end; a text that repeats itself without end is taken to go on so. O(most).
  void Continue(int most, std::vector<int>& tokens) const;

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
  // For each length: where the latest n-gram of this hash ends, one past its last token; 0:
  // nowhere.
  std::array<std::vector<int>, kLengths> ends_;
};

}  // namespace edgevlm
