#include "eval/scores/meteor.h"

#include <cmath>
#include <map>

#include "base/check.h"
#include "eval/scores/meteor_align.h"

namespace edgevlm {
namespace {

// Numbers words and stems in the order in which they appear.
class TextNumbers {
 public:
  explicit TextNumbers(EnglishStemmer& stemmer) : stemmer_(stemmer) {}

  NumberedText Number(std::span<const std::string> tokens) {
    NumberedText text;
    for (const std::string& token : tokens) {
      const auto [word, is_new] = words_.try_emplace(token);
      if (is_new) {
        const int next_stem = static_cast<int>(stems_.size());
        const int stem = stems_.try_emplace(stemmer_.Stem(token), next_stem).first->second;
        word->second = {static_cast<int>(words_.size()), stem};
      }
      text.words.push_back(word->second.first);
      text.stems.push_back(word->second.second);
    }
    return text;
  }

 private:
  EnglishStemmer& stemmer_;
  std::map<std::string, std::pair<int, int>> words_;  // their number and their stem's
  std::map<std::string, int> stems_;
};

}  // namespace

void MeteorSums::Add(const MeteorSums& other) {
  candidate_words += other.candidate_words;
  reference_words += other.reference_words;
  exact += other.exact;
  stems += other.stems;
  chunks += other.chunks;
}

double MeteorSums::Score() const {
  constexpr double kAlpha = 0.85;
  constexpr double kBeta = 0.2;
  constexpr double kGamma = 0.6;
  constexpr double kStemWeight = 0.6;
  const std::int64_t matches = exact + stems;
  if (matches == 0) return 0;
  const double weighted = static_cast<double>(exact) + kStemWeight * static_cast<double>(stems);
  const double precision = weighted / static_cast<double>(candidate_words);
  const double recall = weighted / static_cast<double>(reference_words);
  const double f = 1 / ((1 - kAlpha) / precision + kAlpha / recall);
  const double fragments = static_cast<double>(chunks) / static_cast<double>(matches);
  return f * (1 - kGamma * std::pow(fragments, kBeta));
}

double MeteorScore::Add(std::span<const std::string> candidate,
                        std::span<const std::vector<std::string>> references) {
  CHECK(!references.empty());
  TextNumbers numbers(stemmer_);
  const NumberedText text = numbers.Number(candidate);
  MeteorSums best;
  double best_score = -1;
  for (const std::vector<std::string>& reference : references) {
    const WordAlignment alignment = AlignWords(text, numbers.Number(reference));
    const int matches = alignment.exact + alignment.stems;
    MeteorSums sums{static_cast<std::int64_t>(candidate.size()),
                    static_cast<std::int64_t>(reference.size()), alignment.exact, alignment.stems,
                    alignment.chunks};
    const bool covers_both =
        matches == sums.candidate_words && matches == sums.reference_words && sums.chunks == 1;
    if (covers_both) sums.chunks = 0;
    if (const double score = sums.Score(); score > best_score) {
      best = sums;
      best_score = score;
    }
  }
  sums_.Add(best);
  return best_score;
}

}  // namespace edgevlm
