// Decoding allocates nothing per token once it is warm. This file replaces operator new of its test
// program by one that counts.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "decode/generate.h"
#include "model/families.h"
#include "model/testing/batch.h"
#include "model/testing/tiny_model.h"
#include "tokenizer/byte_spelling.h"

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

// One token per byte.
Tokenizer SmallTokenizer() {
  Vocabulary vocabulary;
  for (int byte = 0; byte < 256; ++byte) {
    vocabulary.tokens.push_back(SpellBytes(std::string(1, static_cast<char>(byte))));
  }
  Result<Tokenizer> tokenizer = Tokenizer::Create(vocabulary);
  CHECK(tokenizer.ok());
  return *std::move(tokenizer);
}

// Allocations of a reply of `tokens` tokens.
long AllocationsOf(int tokens, const Decoder& decoder, const Tokenizer& tokenizer,
                   ThreadPool& pool) {
  Sequence sequence(decoder, decoder.shape().context);
  std::vector<float> row(256);
  const View<float> logits(row.data(), 1, 256);
  const std::vector<int> prompt = RandomTokens(20, 256, 1);
  const Input input = {.tokens = prompt};
  sequence.Add({&input, 1}, logits, {.pool = pool});
  const DecodeOptions options = {
      .max_tokens = tokens, .temperature = 2, .top_k = 40, .top_p = 0.9f, .stop = {"no such"}};
  const OnText on_text = [](std::string_view) { return true; };
  const long before = g_allocations;
  const Generation generation = Generate(sequence, logits, {.tokenizer = tokenizer, .ends = {}},
                                         options, on_text, {.pool = pool});
  CHECK(std::ssize(generation.tokens) == tokens);
  return g_allocations - before;
}

TEST(Allocation, NothingPerToken) {
  const std::vector<std::byte> bytes = TinyModel(256).ToBytes();
  const Result<GgufFile> file = GgufFile::Parse(bytes);
  ASSERT_TRUE(file.ok());
  const auto decoder = LoadDecoder(*file);
  ASSERT_TRUE(decoder.ok());
  const Tokenizer tokenizer = SmallTokenizer();
  for (const int threads : {1, 3}) {
    ThreadPool pool(threads);
    const long of_few = AllocationsOf(40, **decoder, tokenizer, pool);
    const long of_many = AllocationsOf(200, **decoder, tokenizer, pool);
    EXPECT_EQ(of_many, of_few) << threads << " threads";
    EXPECT_LT(of_few, 20);
  }
}

}  // namespace
}  // namespace edgevlm
