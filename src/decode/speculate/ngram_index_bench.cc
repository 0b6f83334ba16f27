// Measures the cost of n-gram drafting per token where nothing matches: adding a token to the
// index, a lookup, and the plan of a step.
#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "decode/speculate/draft.h"
#include "decode/speculate/draft_plan.h"
#include "decode/speculate/ngram_index.h"

namespace edgevlm {
namespace {

void NothingMatches(benchmark::State& state) {
  constexpr int kContext = 4096;
  constexpr int kVocabulary = 32'000;
  NgramIndex index(4 * kContext);
  PassCosts costs;
  costs.Learn(1, 20);
  costs.Learn(5, 30);
  std::mt19937 random(1);
  std::vector<int> draft;
  std::vector<DraftBudget> budgets = {{.probability = 0.7, .max_tokens = Draft::kMaxTokens}};
  for (auto _ : state) {
    PlanDrafts(budgets, 0, {.whole = costs});
    index.Add(static_cast<int>(random() % kVocabulary));
    index.Continue(Draft::kMaxTokens, draft);
    draft.clear();
  }
}
BENCHMARK(NothingMatches);

}  // namespace
}  // namespace edgevlm
