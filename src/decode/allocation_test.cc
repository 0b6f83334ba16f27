// Decoding allocates nothing per token after warm-up. This file replaces operator new of its test
// program by one that counts.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <deque>
#include <functional>
#include <new>

#include "decode/batch_decoder.h"
#include "decode/speculate/model_drafter.h"
#include "decode/speculate/self_drafter.h"
#include "decode/testing/byte_model.h"
#include "model/testing/batch.h"

namespace {

std::atomic<long> g_allocations = 0;  // on all threads

void* Allocate(std::size_t size, std::size_t alignment) {
  ++g_allocations;
  void* memory = std::aligned_alloc(alignment, (size + alignment) / alignment * alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

// Not inlined, or g++ warns that free() gets memory of operator new.
[[gnu::noinline]] void* operator new(std::size_t size) {
  return Allocate(size, alignof(std::max_align_t));
}
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t alignment) {
  return Allocate(size, static_cast<std::size_t>(alignment));
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

namespace edgevlm {
namespace {

// The generations to step, and their decoder.
struct Arrangement {
  int generations = 1;
  const ExitPlan* exits = nullptr;
  CacheOptions cache = {};
  std::unique_ptr<Drafter> drafter = nullptr;  // null: none
};

// Allocations of the generations, `tokens` tokens each, stepped together.
long AllocationsOf(int tokens, const Decoder& decoder, ThreadPool& pool, Arrangement arrangement) {
  const Tokenizer tokenizer = ByteTokenizer();
  const std::vector<int> prompt = RandomTokens(20, kBytes, 1);
  const DecodeOptions options = {.max_tokens = tokens,
                                 .temperature = 2,
                                 .top_k = 40,
                                 .top_p = 0.9f,
                                 .seed = 1,
                                 .stop = {"no such"}};
  const Drafter* const lent = arrangement.drafter.get();
  BatchDecoder batch_decoder = lent == nullptr
                                   ? BatchDecoder(decoder, arrangement.exits)
                                   : BatchDecoder(decoder, std::move(arrangement.drafter), 4);
  std::deque<Sequence> sequences;
  std::deque<Speculation> speculations;
  std::deque<Generation> generations;
  std::vector<Generation*> generating;
  for (int i = 0; i < arrangement.generations; ++i) {
    sequences.emplace_back(decoder, decoder.shape().context, arrangement.cache);
    Speculation* speculation = nullptr;
    if (lent != nullptr) {
      speculation = &speculations.emplace_back(*lent, decoder.shape().context);
      speculation->StartReply(prompt);
    }
    generating.push_back(&generations.emplace_back(
        sequences.back(), std::vector<Input>{{.tokens = prompt}},
        TextSide{.tokenizer = tokenizer, .ends = {}}, options,
        [](std::string_view) { return true; }, speculation));
  }
  const long before = g_allocations;
  // At most 45 rows of prompts: several chunks at first.
  while (!generations.front().finished()) batch_decoder.Step(generating, 45, Run{.pool = pool});
  const long allocations = g_allocations - before;
  CHECK(std::ssize(generations.front().MoveResult().tokens) == tokens);
  return allocations;
}

TEST(Allocation, NothingPerToken) {
  const auto decoder = ByteDecoder();
  for (const int threads : {1, 3}) {
    ThreadPool pool(threads);
    for (const int generations : {1, 4}) {
      const long of_few = AllocationsOf(40, *decoder, pool, {.generations = generations});
      const long of_many = AllocationsOf(200, *decoder, pool, {.generations = generations});
      EXPECT_EQ(of_many, of_few) << threads << " threads, " << generations << " streams";
      EXPECT_LT(of_few, 20);
    }
  }
}

TEST(Allocation, NothingPerTokenThatLeavesEarly) {
  const auto decoder = ByteDecoder();
  ThreadPool pool(1);
  ExitPlan plan;
  plan.exits = {1};
  plan.rule = std::make_unique<SteadyExit>(0.5, 1);
  const long of_few = AllocationsOf(40, *decoder, pool, {.generations = 3, .exits = &plan});
  const long of_many = AllocationsOf(200, *decoder, pool, {.generations = 3, .exits = &plan});
  EXPECT_EQ(of_many, of_few);
  EXPECT_LT(of_few, 30);
}

// Quantizing and evicting happen meanwhile. Policies whose rows grow allocate for 64 at a time;
// window has allocated everything after 80.
TEST(Allocation, NothingPerTokenWithEveryBoundedCache) {
  const auto decoder = ByteDecoder();
  ThreadPool pool(1);
  for (const char* policy : {"q8_0", "q4", "gear", "window:30"}) {
    const auto allocations_of = [&](int tokens) {
      Arrangement arrangement;
      arrangement.cache = *ParseCacheOptions(policy);
      return AllocationsOf(tokens, *decoder, pool, std::move(arrangement));
    };
    const long of_few = allocations_of(80);
    EXPECT_EQ(allocations_of(200), of_few) << policy;
  }
}

TEST(Allocation, NothingPerDraft) {
  const auto decoder = ByteDecoder(), smaller = ByteDecoder(8);
  ThreadPool pool(1);
  const std::function<std::unique_ptr<Drafter>()> drafters[] = {
      [&] { return std::make_unique<ModelDrafter>(*smaller); },
      [&] { return std::make_unique<SelfDrafter>(*decoder, 1); },
  };
  for (const auto& make : drafters) {
    for (const int generations : {1, 4}) {
      const auto allocations_of = [&](int tokens) {
        Arrangement arrangement;
        arrangement.generations = generations;
        arrangement.drafter = make();
        return AllocationsOf(tokens, *decoder, pool, std::move(arrangement));
      };
      const long of_few = allocations_of(60);
      EXPECT_EQ(allocations_of(200), of_few) << generations << " streams";
      EXPECT_LT(of_few, 50);
    }
  }
}

}  // namespace
}  // namespace edgevlm
