// Streaming with attention sinks (Xiao et al. 2023, "Efficient Streaming Language Models with
// Attention Sinks"): keeps the newest positions and the first few, which receive attention when no
// other position is relevant. Keys keep their rotation; the paper renumbers positions, which a
// conversation within the model's context does not need.
#include "cache/evicting_layer.h"
#include "cache/policies/all.h"

namespace edgevlm {
namespace {

constexpr int kSinks = 4;

int Budget(const BudgetCall& call) { return call.options.tokens; }

void Choose(const HeldRows& rows, int keep, std::vector<int>& kept) {
  const int sinks = std::min(kSinks, keep - kFreshRows);
  KeepAll(0, sinks, kept);
  KeepAll(rows.rows() - (keep - sinks), rows.rows(), kept);
}

constexpr EvictionRule kRule = {.budget = Budget, .choose = Choose};

}  // namespace

const CachePolicy kWindowPolicy = {.name = "window",
                                   .argument = CacheArgument::kTokens,
                                   .make = MakeEvictingLayer<kRule>,
                                   .bytes = EvictingLayerBytes<kRule>,
                                   .evicts = true};

}  // namespace edgevlm
