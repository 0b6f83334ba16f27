#include "eval/scores/cider_d.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/check.h"

namespace edgevlm {
namespace {

constexpr double kSigma = 6;

// One text as vectors of weighted n-grams.
struct Weighted {
  struct Entry {
    std::uint32_t id;
    double weight;
  };
  std::array<std::vector<Entry>, kMaxNgram> entries;  // by increasing id
  std::array<double, kMaxNgram> norms = {};
  double bigrams = 0;
};

template <class Idf>
Weighted WeightedNgrams(const NgramCounts& counts, const Idf& idf) {
  Weighted text;
  for (std::size_t n = 0; n < counts.size(); ++n) {
    double sum = 0;
    for (const NgramCount& ngram : counts[n]) {
      const double weight = ngram.count * idf(ngram.id);
      text.entries[n].push_back({ngram.id, weight});
      sum += weight * weight;
      if (n == 1) text.bigrams += ngram.count;
    }
    text.norms[n] = std::sqrt(sum);
  }
  return text;
}

double Similarity(const Weighted& candidate, const Weighted& reference, std::size_t n) {
  double sum = 0;
  auto other = reference.entries[n].begin();
  const auto end = reference.entries[n].end();
  for (const auto& [id, weight] : candidate.entries[n]) {
    while (other != end && other->id < id) ++other;
    if (other != end && other->id == id) sum += std::min(weight, other->weight) * other->weight;
  }
  const double norms = candidate.norms[n] * reference.norms[n];
  if (norms == 0) return 0;
  const double difference = candidate.bigrams - reference.bigrams;
  return sum / norms * std::exp(-difference * difference / (2 * kSigma * kSigma));
}

}  // namespace

void CiderScore::Add(NgramCounts candidate, std::vector<NgramCounts> references) {
  CHECK(!references.empty());
  std::vector<std::uint32_t> ids;
  for (const NgramCounts& reference : references) {
    for (const std::vector<NgramCount>& counts : reference) {
      for (const NgramCount& ngram : counts) ids.push_back(ngram.id);
    }
  }
  std::ranges::sort(ids);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  if (!ids.empty() && ids.back() >= document_frequency_.size()) {
    document_frequency_.resize(std::size_t{ids.back()} + 1);
  }
  for (const std::uint32_t id : ids) ++document_frequency_[id];
  images_.push_back({std::move(candidate), std::move(references)});
}

std::vector<double> CiderScore::ImageScores() const {
  const double log_images = std::log(static_cast<double>(images_.size()));
  const auto idf = [&](std::uint32_t id) {
    const std::uint32_t images = id < document_frequency_.size() ? document_frequency_[id] : 0;
    return log_images - std::log(std::max(1.0, static_cast<double>(images)));
  };
  std::vector<double> scores;
  for (const Image& image : images_) {
    const Weighted candidate = WeightedNgrams(image.candidate, idf);
    double sum = 0;
    for (const NgramCounts& counts : image.references) {
      const Weighted reference = WeightedNgrams(counts, idf);
      for (std::size_t n = 0; n < kMaxNgram; ++n) sum += Similarity(candidate, reference, n);
    }
    scores.push_back(10 * sum / kMaxNgram / static_cast<double>(image.references.size()));
  }
  return scores;
}

}  // namespace edgevlm
