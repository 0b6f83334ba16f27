// For tests of caches: random sequences, and one set of options per policy.
#pragma once

#include <algorithm>
#include <cctype>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "cache/sequence_cache.h"

namespace edgevlm {

// Every policy of the table, with an argument that makes it work on a hundred positions.
inline std::vector<std::string> EveryPolicy() {
  std::vector<std::string> texts;
  for (const CachePolicy* policy : CachePolicies()) {
    std::string text(policy->name);
    if (policy->argument == CacheArgument::kRatio) text += ":0.5";
    if (policy->argument == CacheArgument::kTokens) text += ":40";
    texts.push_back(text);
  }
  return texts;
}

inline std::string TestName(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return std::isalnum(c) == 0; }, '_');
  return text;
}

// Random queries, keys and values: the same seed gives the same sequence, however it is split into
// calls. All keys have a common component, as those of models do.
class RandomText {
 public:
  explicit RandomText(unsigned seed, int heads_per_kv = 2)
      : random_(seed), heads_per_kv_(heads_per_kv) {}

  static void EndPrompt(SequenceCache& cache) {
    ThreadPool pool(1);
    cache.EndPrompt(pool);
  }

  // Attends with `count` more positions in all layers, at most `at_once` per call. Returns the
  // outputs, position by position, [count, layers * Hq * d].
  std::vector<float> Attend(int count, SequenceCache& cache, int at_once = 1 << 20,
                            int threads = 1) {
    ThreadPool pool(threads);
    const int width = cache.layer(0).width(), q_width = heads_per_kv_ * width;
    const int query_heads = heads_per_kv_ * cache.shape().heads, layers = cache.layers();
    const int all = layers * (q_width + 2 * width);
    const std::vector<float> numbers = Draw(count, all);
    std::vector<float> out(static_cast<std::size_t>(count) *
                           static_cast<std::size_t>(layers * q_width));
    const View<const float> from(numbers.data(), count, all);
    const View<float> to(out.data(), count, layers * q_width);
    for (int first = 0; first < count; first += at_once) {
      const int rows = std::min(at_once, count - first);
      for (int layer = 0; layer < layers; ++layer) {
        const View<const float> part =
            from.Rows(first, rows).Cols(layer * (q_width + 2 * width), q_width + 2 * width);
        cache.layer(layer).Attend({.q = part.Cols(0, q_width),
                                   .k = part.Cols(q_width, width),
                                   .v = part.Cols(q_width + width, width)},
                                  query_heads, to.Rows(first, rows).Cols(layer * q_width, q_width),
                                  pool);
      }
    }
    return out;
  }

 private:
  std::vector<float> Draw(int count, int width) {
    std::vector<float> numbers(static_cast<std::size_t>(count) * static_cast<std::size_t>(width));
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const auto column = static_cast<float>(i % static_cast<std::size_t>(width));
      numbers[i] = normal_(random_) + 2.0f * std::sin(column);
    }
    return numbers;
  }

  std::mt19937 random_;
  std::normal_distribution<float> normal_;
  int heads_per_kv_;
};

}  // namespace edgevlm
