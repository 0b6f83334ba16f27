#include "decode/sampler.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "base/check.h"

namespace edgevlm {
namespace {

constexpr float kRarest = std::numeric_limits<float>::lowest();
// Capacity reserved for drafts, and for replies of usual length.
constexpr std::size_t kDraftTokens = 16;
constexpr int kMaxReserved = 1 << 16;
// A nucleus is rarely larger.
constexpr int kFewTokens = 64;

// 32 bits: every JSON reader keeps all digits of such a number, and people can type it.
std::uint32_t NewSeed() {
  std::uint32_t seed = 0;
  if (getentropy(&seed, sizeof seed) == 0) return seed;
  return static_cast<std::uint32_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

std::optional<std::uint64_t> SeedOf(const DecodeOptions& options) {
  if (options.temperature <= 0) return std::nullopt;
  return options.seed ? *options.seed : NewSeed();
}

}  // namespace

Sampler::Sampler(const DecodeOptions& options, int vocabulary_tokens)
    : repetition_penalty_(options.repetition_penalty),
      presence_penalty_(options.presence_penalty),
      frequency_penalty_(options.frequency_penalty),
      penalty_window_(static_cast<std::size_t>(options.penalty_window)),
      temperature_(options.temperature),
      top_k_(options.top_k),
      top_p_(options.top_p),
      min_p_(options.min_p),
      seed_(SeedOf(options)),
      random_(seed_.value_or(0)),
      counts_(static_cast<std::size_t>(vocabulary_tokens)) {
  if (temperature_ > 0) candidates_.reserve(counts_.size());
  history_.reserve(kDraftTokens +
                   static_cast<std::size_t>(std::min(options.max_tokens, kMaxReserved)));
}

int Sampler::Choose(std::span<const float> logits) {
  CHECK(logits.size() == counts_.size());
  if (is_greedy()) return Remember(ChooseGreedily(logits));
  Filter(logits);
  return Remember(DrawCandidate());
}

int Sampler::Draft(std::span<const float> logits, std::span<float> probabilities) {
  CHECK(logits.size() == counts_.size());
  int token = 0;
  if (is_greedy()) {
    token = ChooseGreedily(logits);
  } else {
    CHECK(probabilities.size() == logits.size());
    Filter(logits);
    std::ranges::fill(probabilities, 0.0f);
    const double sum = SumOfWeights();
    for (const Candidate& candidate : candidates_) {
      probabilities[static_cast<std::size_t>(candidate.token)] =
          static_cast<float>(candidate.weight / sum);
    }
    token = DrawCandidate();
  }
  ++drafted_;
  return Remember(token);
}

void Sampler::ForgetDraft() {
  for (; drafted_ > 0; --drafted_) ForgetLast();
}

int Sampler::Verify(std::span<const float> logits, int drafted,
                    std::span<const float> probabilities) {
  CHECK(drafted_ == 0);
  if (is_greedy() || probabilities.empty()) return Choose(logits);
  CHECK(logits.size() == counts_.size() && probabilities.size() == logits.size());
  Filter(logits);
  if (Accepts(drafted, probabilities[static_cast<std::size_t>(drafted)])) return Remember(drafted);
  LeaveRemainder(probabilities);
  return Remember(DrawCandidate());
}

// Accepts with probability min(1, p / q). Normalizes the candidates' weights.
bool Sampler::Accepts(int drafted, double probability) {
  const double sum = SumOfWeights();
  double p = 0;
  for (Candidate& candidate : candidates_) {
    candidate.weight /= sum;
    if (candidate.token == drafted) p = candidate.weight;
  }
  return DrawUniform() * probability < p;
}

// The candidates' weights become max(0, p - q). Only rounding can leave none: then p and q are
// equal, and p is right.
void Sampler::LeaveRemainder(std::span<const float> probabilities) {
  const auto left = [&](const Candidate& candidate) {
    return candidate.weight - probabilities[static_cast<std::size_t>(candidate.token)];
  };
  if (std::ranges::none_of(candidates_, [&](const Candidate& c) { return left(c) > 0; })) return;
  std::erase_if(candidates_, [&](const Candidate& candidate) { return left(candidate) <= 0; });
  for (Candidate& candidate : candidates_) candidate.weight = left(candidate);
}

int Sampler::Remember(int token) {
  history_.push_back(token);
  ++counts_[static_cast<std::size_t>(token)];
  if (const int* left = LeftBehind()) --counts_[static_cast<std::size_t>(*left)];
  return token;
}

void Sampler::ForgetLast() {
  if (const int* left = LeftBehind()) ++counts_[static_cast<std::size_t>(*left)];
  --counts_[static_cast<std::size_t>(history_.back())];
  history_.pop_back();
}

// The token that left the penalties' window when the last one entered it; null if none did.
const int* Sampler::LeftBehind() const {
  if (penalty_window_ == 0 || history_.size() <= penalty_window_) return nullptr;
  return &history_[history_.size() - 1 - penalty_window_];
}

// The penalized logit. For the repetition penalty, a positive logit is divided, a negative one
// multiplied.
float Sampler::Penalized(std::span<const float> logits, int token) const {
  const auto i = static_cast<std::size_t>(token);
  float logit = logits[i];
  if (const int count = counts_[i]; count > 0) {
    logit = logit > 0 ? logit / repetition_penalty_ : logit * repetition_penalty_;
    logit -= presence_penalty_ + static_cast<float>(count) * frequency_penalty_;
  }
  return std::isnan(logit) ? kRarest : std::clamp(logit, kRarest, -kRarest);
}

int Sampler::ChooseGreedily(std::span<const float> logits) const {
  int best = 0;
  float best_logit = Penalized(logits, 0);
  for (int token = 1; token < static_cast<int>(logits.size()); ++token) {
    const float logit = Penalized(logits, token);
    if (logit > best_logit) {
      best = token;
      best_logit = logit;
    }
  }
  return best;
}

// The candidates are the tokens that may be drawn, with their weights.
void Sampler::Filter(std::span<const float> logits) {
  candidates_.clear();
  for (int token = 0; token < static_cast<int>(logits.size()); ++token) {
    candidates_.push_back({Penalized(logits, token), token, 0.0});
  }
  const int count = static_cast<int>(candidates_.size());
  // A draw needs only the largest.
  SortLikeliest(top_k_ > 0 ? std::min(top_k_, count) : 1);
  if (top_k_ > 0) candidates_.resize(static_cast<std::size_t>(std::min(top_k_, count)));

  const double largest = candidates_.front().logit;
  for (Candidate& candidate : candidates_) {
    candidate.weight = std::exp((candidate.logit - largest) / temperature_);
  }
  KeepNucleus();
  DropRare();
}

double Sampler::SumOfWeights() const {
  double sum = 0;
  for (const Candidate& candidate : candidates_) sum += candidate.weight;
  return sum;
}

// 53 random bits, in [0, 1); std::uniform_real_distribution differs between platforms.
double Sampler::DrawUniform() { return static_cast<double>(random_() >> 11) * 0x1p-53; }

int Sampler::DrawCandidate() {
  double rest = DrawUniform() * SumOfWeights();
  for (const Candidate& candidate : candidates_) {
    rest -= candidate.weight;
    if (rest < 0) return candidate.token;
  }
  return candidates_.front().token;
}

// Partially sorts: places the `count` most likely candidates after the first `sorted`, descending.
void Sampler::SortLikeliest(int count, int sorted) {
  const auto begin = candidates_.begin() + sorted;
  std::partial_sort(begin, begin + count, candidates_.end(),
                    [](const Candidate& a, const Candidate& b) {
                      return a.logit != b.logit ? a.logit > b.logit : a.token < b.token;
                    });
}

void Sampler::KeepNucleus() {
  if (top_p_ >= 1) return;
  const double least = top_p_ * SumOfWeights();
  const int all = static_cast<int>(candidates_.size());
  // Usually a few tokens are enough: sorts at most twice as many.
  double kept = 0;
  int count = 0, sorted = 0;
  while (count < all && kept < least) {
    if (count == sorted) {
      const int more = std::min(std::max(sorted, kFewTokens), all - sorted);
      SortLikeliest(more, sorted);
      sorted += more;
    }
    kept += candidates_[static_cast<std::size_t>(count++)].weight;
  }
  candidates_.resize(static_cast<std::size_t>(std::max(count, 1)));
}

void Sampler::DropRare() {
  if (min_p_ <= 0) return;
  const double least = min_p_ * candidates_.front().weight;
  std::erase_if(candidates_, [&](const Candidate& candidate) { return candidate.weight < least; });
}

}  // namespace edgevlm
