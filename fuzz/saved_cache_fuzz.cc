// Any bytes as a saved cache, of every policy. A crash, a sanitizer's report, or a cache that
// cannot be continued is the bug.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "cache/sequence_cache.h"

namespace edgevlm {
namespace {

constexpr int kHeads = 2;
constexpr int kHeadWidth = 4;
constexpr int kWidth = kHeads * kHeadWidth;

void GoOn(SequenceCache& cache, ThreadPool& pool) {
  std::vector<float> row(kWidth, 0.5f), out(kWidth);
  const View<const float> rows(row.data(), 1, kWidth);
  for (int i = 0; i < 3 && cache.positions() < cache.capacity(); ++i) {
    for (int layer = 0; layer < cache.layers(); ++layer) {
      cache.layer(layer).Attend({.q = rows, .k = rows, .v = rows}, kHeads, {out.data(), 1, kWidth},
                                pool);
    }
  }
  cache.EndPrompt(pool);
  cache.TruncateTo(cache.ExactCut(cache.positions() / 2));
}

void TryPolicy(const CachePolicy& policy, std::span<const std::byte> bytes) {
  CacheOptions options = {.policy = std::string(policy.name)};
  if (policy.argument == CacheArgument::kRatio) options.ratio = 0.5;
  if (policy.argument == CacheArgument::kTokens) options.tokens = 20;
  SequenceCache cache({.layers = 2,
                       .capacity = 200,
                       .heads = kHeads,
                       .head_width = kHeadWidth,
                       .options = options});
  ByteReader reader(bytes);
  ThreadPool pool(1);
  if (!cache.Restore(reader)) GoOn(cache, pool);
}

}  // namespace
}  // namespace edgevlm

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  for (const edgevlm::CachePolicy* policy : edgevlm::CachePolicies()) {
    edgevlm::TryPolicy(*policy, bytes);
  }
  return 0;
}
