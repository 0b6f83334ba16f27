#include "train/vocabulary/train_bpe.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/check.h"
#include "tokenizer/byte_spelling.h"
#include "tokenizer/words.h"

namespace edgevlm::train {
namespace {

constexpr int kBytes = 256;

// A distinct word of the texts, as tokens of the current vocabulary.
struct CountedWord {
  std::vector<int> ids;
  std::int64_t count = 0;
};

using Pair = std::pair<int, int>;

std::vector<CountedWord> CountWords(std::span<const std::string> texts) {
  std::map<std::string, std::int64_t, std::less<>> counts;
  for (const std::string& text : texts) {
    for (const std::string_view word : SplitWords(text)) {
      const auto known = counts.find(word);
      if (known == counts.end()) {
        counts.emplace(word, 1);
      } else {
        ++known->second;
      }
    }
  }
  std::vector<CountedWord> words;
  for (const auto& [text, count] : counts) {
    CountedWord word{{}, count};
    for (const char byte : text) word.ids.push_back(static_cast<unsigned char>(byte));
    words.push_back(std::move(word));
  }
  return words;
}

// The pair to merge next; none if no pair occurs twice.
std::optional<Pair> MostFrequentPair(const std::vector<CountedWord>& words) {
  std::map<Pair, std::int64_t> counts;
  for (const CountedWord& word : words) {
    for (std::size_t i = 1; i < word.ids.size(); ++i) {
      counts[{word.ids[i - 1], word.ids[i]}] += word.count;
    }
  }
  std::optional<Pair> best;
  std::int64_t most = 1;
  for (const auto& [pair, count] : counts) {
    if (count <= most) continue;
    most = count;
    best = pair;
  }
  return best;
}

void MergePair(Pair pair, int merged, CountedWord& word) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < word.ids.size(); ++i) {
    const bool found = i + 1 < word.ids.size() && Pair{word.ids[i], word.ids[i + 1]} == pair;
    word.ids[kept++] = found ? merged : word.ids[i];
    if (found) ++i;
  }
  word.ids.resize(kept);
}

}  // namespace

Vocabulary TrainBpe(std::span<const std::string> texts, int size) {
  const int last = size - static_cast<int>(kSpecialTokens.size());
  CHECK(last >= kBytes);
  Vocabulary vocabulary;
  for (int byte = 0; byte < kBytes; ++byte) {
    vocabulary.tokens.push_back(SpellBytes(std::string(1, static_cast<char>(byte))));
  }
  std::vector<CountedWord> words = CountWords(texts);
  while (static_cast<int>(vocabulary.tokens.size()) < last) {
    const std::optional<Pair> pair = MostFrequentPair(words);
    if (!pair) break;
    const std::string left = vocabulary.tokens[static_cast<std::size_t>(pair->first)];
    const std::string right = vocabulary.tokens[static_cast<std::size_t>(pair->second)];
    const int merged = static_cast<int>(vocabulary.tokens.size());
    for (CountedWord& word : words) MergePair(*pair, merged, word);
    vocabulary.merges.push_back(left + " " + right);
    vocabulary.tokens.push_back(left + right);
  }
  for (const char* special : kSpecialTokens) {
    vocabulary.tokens.push_back(special);
    vocabulary.specials.push_back(special);
  }
  return vocabulary;
}

}  // namespace edgevlm::train
