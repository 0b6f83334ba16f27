#include "eval/scores/bleu.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "base/check.h"

namespace edgevlm {
namespace {

constexpr double kTiny = 1e-15;
constexpr double kSmall = 1e-9;

std::uint32_t CountOf(std::span<const NgramCount> counts, std::uint32_t id) {
  const auto found = std::ranges::lower_bound(counts, id, {}, &NgramCount::id);
  return found != counts.end() && found->id == id ? found->count : 0;
}

int ClosestLength(int tokens, std::span<const BleuScore::Text> references) {
  int closest = references[0].tokens;
  for (const BleuScore::Text& reference : references) {
    const int distance = std::abs(reference.tokens - tokens);
    const int best = std::abs(closest - tokens);
    if (distance < best || (distance == best && reference.tokens < closest)) {
      closest = reference.tokens;
    }
  }
  return closest;
}

}  // namespace

void BleuScore::Add(const Text& candidate, std::span<const Text> references) {
  CHECK(!references.empty());
  for (std::size_t n = 0; n < matches_.size(); ++n) {
    candidate_ngrams_[n] += NgramsOf(static_cast<int>(n) + 1, candidate.tokens);
    for (const NgramCount& ngram : (*candidate.ngrams)[n]) {
      std::uint32_t most = 0;
      for (const Text& reference : references) {
        most = std::max(most, CountOf((*reference.ngrams)[n], ngram.id));
      }
      matches_[n] += std::min(ngram.count, most);
    }
  }
  candidate_tokens_ += candidate.tokens;
  reference_tokens_ += ClosestLength(candidate.tokens, references);
}

std::array<double, kMaxNgram> BleuScore::Scores() const {
  std::array<double, kMaxNgram> scores = {};
  if (reference_tokens_ == 0) return scores;
  const double ratio = (static_cast<double>(candidate_tokens_) + kTiny) /
                       (static_cast<double>(reference_tokens_) + kSmall);
  const double brevity = ratio < 1 ? std::exp(1 - 1 / ratio) : 1;
  double product = 1;
  for (std::size_t n = 0; n < scores.size(); ++n) {
    product *= (static_cast<double>(matches_[n]) + kTiny) /
               (static_cast<double>(candidate_ngrams_[n]) + kSmall);
    scores[n] = brevity * std::pow(product, 1.0 / static_cast<double>(n + 1));
  }
  return scores;
}

}  // namespace edgevlm
