#include "transcribe/token_rules.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/softmax/softmax.h"

namespace edgevlm {
namespace {

constexpr float kNever = -std::numeric_limits<float>::infinity();

constexpr int kMostFirstTimestamp = 50;  // 1 s

void Forbid(std::span<float> logits, int begin, int end) {
  for (int id = begin; id < end; ++id) logits[static_cast<std::size_t>(id)] = kNever;
}

// Times come in pairs, the end of a segment and the start of the next; the first one is alone.
void ApplyPairs(const SpeechTokens& tokens, std::span<const int> sampled, std::span<float> logits) {
  const int vocabulary = static_cast<int>(logits.size());
  const auto is_time = [&](std::size_t from_end) {
    return tokens.IsTimestamp(sampled[sampled.size() - from_end]);
  };
  if (sampled.empty()) {
    Forbid(logits, 0, tokens.first_timestamp());
    Forbid(logits, std::min(vocabulary, tokens.first_timestamp() + kMostFirstTimestamp + 1),
           vocabulary);
    return;
  }
  const bool is_last_time = is_time(1);
  const bool starts_segment = is_last_time && (sampled.size() < 2 || is_time(2));
  if (starts_segment) {
    Forbid(logits, tokens.first_timestamp(), vocabulary);
  } else if (is_last_time) {
    Forbid(logits, 0, tokens.end);
  }
  const auto last = std::find_if(sampled.rbegin(), sampled.rend(),
                                 [&](int id) { return tokens.IsTimestamp(id); });
  if (last == sampled.rend()) return;
  // The next segment may start where this one ends; no segment ends where it starts.
  const int first_allowed = is_last_time && !starts_segment ? *last : *last + 1;
  Forbid(logits, tokens.first_timestamp(), std::min(first_allowed, vocabulary));
}

}  // namespace

void ApplyTokenRules(const SpeechTokens& tokens, std::span<const int> sampled,
                     std::span<float> logits) {
  // Of a broken model; ArgMax needs numbers.
  for (float& logit : logits) {
    if (std::isnan(logit)) logit = kNever;
    logit = std::min(logit, std::numeric_limits<float>::max());
  }
  for (const int id : tokens.suppressed) Forbid(logits, id, id + 1);
  for (const SpeechTokens::Language& language : tokens.languages) {
    Forbid(logits, language.id, language.id + 1);
  }
  if (sampled.empty()) {
    for (const int id : tokens.not_first) Forbid(logits, id, id + 1);
  }
  Forbid(logits, tokens.first_timestamp() + tokens.timestamps, static_cast<int>(logits.size()));
  ApplyPairs(tokens, sampled, logits);
  const auto first_time = static_cast<std::size_t>(tokens.first_timestamp());
  const LogSumExp sum = ComputeLogSumExp(logits.subspan(first_time));
  const double times = static_cast<double>(sum.greatest) + sum.rest;
  const float best_text = std::ranges::max(logits.first(first_time));
  if (times > best_text) Forbid(logits, 0, tokens.first_timestamp());
  // After the last of all times, only the end is left; it may be forbidden too.
  if (std::isinf(times) && std::isinf(best_text)) logits[static_cast<std::size_t>(tokens.end)] = 0;
}

int RepeatedTokens(const SpeechTokens& tokens, std::span<const int> sampled) {
  constexpr std::size_t kRepeats = 4, kLongestPhrase = 40, kShortestLoop = 16;  // tokens
  const auto is_same = [&](int a, int b) {
    return a == b || (tokens.IsTimestamp(a) && tokens.IsTimestamp(b));
  };
  for (std::size_t phrase = 1; phrase <= kLongestPhrase; ++phrase) {
    const std::size_t length = std::max(kRepeats * phrase, kShortestLoop);
    if (length > sampled.size()) continue;
    const auto tail = sampled.last(length);
    if (std::ranges::equal(tail.first(length - phrase), tail.subspan(phrase), is_same)) {
      return static_cast<int>(length - phrase);
    }
  }
  return 0;
}

}  // namespace edgevlm
