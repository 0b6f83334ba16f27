#include "decode/log_probability.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/softmax/softmax.h"

namespace edgevlm {
namespace {

double Below(const LogSumExp& sum, float logit) {
  return static_cast<double>(logit) - sum.greatest - sum.rest;
}

}  // namespace

double LogProbability(std::span<const float> logits, int token) {
  return Below(ComputeLogSumExp(logits), logits[static_cast<std::size_t>(token)]);
}

TokenChoice DescribeChoice(std::span<const float> logits, int token, int alternatives,
                           const Tokenizer& tokenizer) {
  const LogSumExp sum = ComputeLogSumExp(logits);
  const auto describe = [&](int id) {
    const std::string_view bytes = tokenizer.Bytes(id);
    return TokenProbability{.token = id,
                            .text = std::string(bytes.empty() ? tokenizer.SpecialName(id) : bytes),
                            .log_probability = Below(sum, logits[static_cast<std::size_t>(id)])};
  };
  TokenChoice choice = {.chosen = describe(token), .likeliest = {}};
  std::vector<int> ids(
      static_cast<std::size_t>(std::min(alternatives, static_cast<int>(logits.size()))));
  std::vector<int> all(logits.size());
  std::iota(all.begin(), all.end(), 0);
  const auto logit_of = [&](int id) {
    const float logit = logits[static_cast<std::size_t>(id)];
    return std::isnan(logit) ? std::numeric_limits<float>::lowest() : logit;
  };
  std::partial_sort_copy(all.begin(), all.end(), ids.begin(), ids.end(), [&](int a, int b) {
    const float x = logit_of(a), y = logit_of(b);
    return x != y ? x > y : a < b;
  });
  for (const int id : ids) choice.likeliest.push_back(describe(id));
  return choice;
}

}  // namespace edgevlm
