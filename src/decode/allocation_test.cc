// Decoding allocates nothing per token once it is warm. This file replaces operator new of its test
// program by one that counts.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <deque>
#include <new>

#include "decode/stepper.h"
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

// None is inlined, or g++ sees free() meet memory of operator new and warns.
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

// Allocations of so many streams of `tokens` tokens each, stepped together.
long AllocationsOf(int tokens, int stream_count, const Decoder& decoder, const ExitPlan* exits,
                   ThreadPool& pool) {
  const Tokenizer tokenizer = ByteTokenizer();
  const std::vector<int> prompt = RandomTokens(20, kBytes, 1);
  const DecodeOptions options = {
      .max_tokens = tokens, .temperature = 2, .top_k = 40, .top_p = 0.9f, .stop = {"no such"}};
  Stepper stepper(decoder, exits);
  std::deque<Sequence> sequences;
  std::deque<Stream> streams;
  std::vector<Stream*> speaking;
  for (int i = 0; i < stream_count; ++i) {
    sequences.emplace_back(decoder, decoder.shape().context);
    speaking.push_back(&streams.emplace_back(sequences.back(),
                                             std::vector<Input>{{.tokens = prompt}},
                                             TextSide{.tokenizer = tokenizer, .ends = {}}, options,
                                             [](std::string_view) { return true; }));
  }
  const long before = g_allocations;
  // At most 45 rows of prompts: several chunks at first.
  while (!streams.front().finished()) stepper.Step(speaking, 45, Run{.pool = pool});
  const long allocations = g_allocations - before;
  CHECK(std::ssize(streams.front().Finish().tokens) == tokens);
  return allocations;
}

TEST(Allocation, NothingPerToken) {
  const auto decoder = ByteDecoder();
  for (const int threads : {1, 3}) {
    ThreadPool pool(threads);
    for (const int streams : {1, 4}) {
      const long of_few = AllocationsOf(40, streams, *decoder, nullptr, pool);
      const long of_many = AllocationsOf(200, streams, *decoder, nullptr, pool);
      EXPECT_EQ(of_many, of_few) << threads << " threads, " << streams << " streams";
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
  const long of_few = AllocationsOf(40, 3, *decoder, &plan, pool);
  const long of_many = AllocationsOf(200, 3, *decoder, &plan, pool);
  EXPECT_EQ(of_many, of_few);
  EXPECT_LT(of_few, 30);
}

}  // namespace
}  // namespace edgevlm
