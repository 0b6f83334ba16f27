// SnapKV (Li et al. 2024) and the budgets of PyramidKV (Cai et al. 2024): when the prompt has been
// read, each KV head keeps the rows that the prompt's last positions attend to most, and those last
// positions. Rows that are added later stay.
#include "cache/evicting_layer.h"
#include "cache/policies/all.h"

namespace edgevlm {
namespace {

// Scores are summed over this many neighbors, so that words are kept or evicted as a whole.
constexpr int kPool = 5;
// The steepness of the pyramid.
constexpr int kBeta = 20;

int Same(const BudgetCall& call) { return call.options.tokens; }

// The number of rows before the window decreases linearly from the first layer to the last, with a
// mean of `tokens`: early layers attend broadly, late ones to few positions.
int Pyramid(const BudgetCall& call) {
  const int window = std::min(kFreshRows, call.options.tokens);
  const int mean = call.options.tokens - window;
  const int prefix = std::max(0, call.rows - window);
  if (call.rows < 2 * mean || call.layers == 1) return call.options.tokens;
  int lowest = mean / kBeta;
  int highest = 2 * mean - lowest;
  if (highest >= prefix) {
    highest = prefix;
    lowest = 2 * mean - highest;
  }
  return window + highest - call.layer * (highest - lowest) / (call.layers - 1);
}

// The whole budget in the first third of the layers, then 70 %, then 30 %.
int Thirds(const BudgetCall& call) {
  constexpr int kPercent[] = {100, 70, 30};
  return call.options.tokens * kPercent[3 * call.layer / call.layers] / 100;
}

void Choose(const HeldRows& rows, int keep, std::vector<int>& kept) {
  const int prefix = rows.rows() - kFreshRows;
  const auto score = [&rows, prefix](int row) {
    float sum = 0.0f;
    for (int i = std::max(0, row - kPool / 2); i <= std::min(prefix - 1, row + kPool / 2); ++i) {
      sum += rows.scores[static_cast<std::size_t>(i)];
    }
    return sum;
  };
  KeepBest(0, prefix, keep - kFreshRows, score, kept);
  KeepAll(prefix, rows.rows(), kept);
}

constexpr EvictionRule WithBudget(int (*budget)(const BudgetCall&)) {
  return {.scored_queries = ScoredQueries::kNewest,
          .keeps_prompt = true,
          .keeps_replies = true,
          .budget = budget,
          .choose = Choose};
}
constexpr EvictionRule kSnapRule = WithBudget(Same);
constexpr EvictionRule kPyramidRule = WithBudget(Pyramid);
constexpr EvictionRule kThirdsRule = WithBudget(Thirds);

}  // namespace

const CachePolicy kSnapKvPolicy = {.name = "snapkv",
                                   .argument = CacheArgument::kTokens,
                                   .make = MakeEvictingLayer<kSnapRule>,
                                   .bytes = EvictingLayerBytes<kSnapRule>,
                                   .evicts = true};
const CachePolicy kPyramidPolicy = {.name = "pyramid",
                                    .argument = CacheArgument::kTokens,
                                    .make = MakeEvictingLayer<kPyramidRule>,
                                    .bytes = EvictingLayerBytes<kPyramidRule>,
                                    .evicts = true};
const CachePolicy kThirdsPolicy = {.name = "thirds",
                                   .argument = CacheArgument::kTokens,
                                   .make = MakeEvictingLayer<kThirdsRule>,
                                   .bytes = EvictingLayerBytes<kThirdsRule>,
                                   .evicts = true};

}  // namespace edgevlm
