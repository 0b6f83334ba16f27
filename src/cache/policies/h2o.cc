// H2O (Zhang et al. 2023, "Heavy-Hitter Oracle"): half of the budget for the rows that received the
// most attention so far, half for the newest. The prompt is read completely before the first
// eviction.
#include <cmath>

#include "cache/evicting_layer.h"
#include "cache/policies/all.h"

namespace edgevlm {
namespace {

int Budget(const BudgetCall& call) {
  return static_cast<int>(std::ceil(call.options.ratio * call.positions));
}

void Choose(const HeldRows& rows, int keep, std::vector<int>& kept) {
  const int newest = std::max(kFreshRows, keep / 2);
  const int older = rows.rows() - newest;
  const auto score = [&rows](int row) { return rows.scores[static_cast<std::size_t>(row)]; };
  KeepBest(0, older, keep - newest, score, kept);
  KeepAll(older, rows.rows(), kept);
}

constexpr EvictionRule kRule = {.scored_queries = ScoredQueries::kAll,
                                .keeps_prompt = true,
                                .budget = Budget,
                                .choose = Choose};

}  // namespace

const CachePolicy kH2oPolicy = {.name = "h2o",
                                .argument = CacheArgument::kRatio,
                                .make = MakeEvictingLayer<kRule>,
                                .bytes = EvictingLayerBytes<kRule>,
                                .evicts = true};

}  // namespace edgevlm
