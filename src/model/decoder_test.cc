#include "model/decoder.h"

#include <gtest/gtest.h>

#include "model/families.h"
#include "model/testing/batch.h"
#include "model/testing/reference.h"
#include "model/testing/tiny_model.h"

namespace edgevlm {
namespace {

constexpr int kVocabulary = 53;

class DecoderTest : public ::testing::Test {
 protected:
  DecoderTest() {
    const std::vector<std::byte> bytes = model_.ToBytes();
    const Result<GgufFile> file = GgufFile::Parse(bytes);
    CHECK(file.ok());
    auto decoder = LoadDecoder(*file);
    EXPECT_TRUE(decoder.ok()) << decoder.error().message;
    decoder_ = *std::move(decoder);
  }

  SequenceCache NewCache() const { return SequenceCache(decoder_->cache_shape()); }

  // Adds the tokens to the cache; logits of all of them.
  Buffer Run(SequenceCache& cache, std::span<const int> tokens) {
    Buffer logits(static_cast<int>(tokens.size()), kVocabulary);
    const TokenSpan span = {.cache = &cache,
                            .first_position = cache.positions(),
                            .tokens = tokens,
                            .logits_rows = logits.rows};
    decoder_->Forward({&span, 1}, logits.view(), workspace_, {.pool = pool_});
    return logits;
  }

  std::vector<float> RunAlone(std::span<const int> tokens) {
    SequenceCache cache = NewCache();
    return Run(cache, tokens).values;
  }

  TinyModel model_{kVocabulary};
  std::unique_ptr<Decoder> decoder_;
  Workspace workspace_;
  ThreadPool pool_{1};
};

// Float32 sums of at most 40 terms differ from double by less than 1e-5; a key or value that
// rounds to the other neighbour in float16 moves a score by 2^-11 of it.
constexpr double kTolerance = 1e-3;

TEST_F(DecoderTest, MatchesTheFormulas) {
  const std::vector<int> tokens = RandomTokens(37, kVocabulary, 1);
  SequenceCache cache = NewCache();
  ExpectClose(Run(cache, tokens).ToMatrix(),
              ReferenceDecoder(model_, ReferenceEmbeddings(model_, tokens)), kTolerance);
  EXPECT_EQ(cache.positions(), 37);
}

TEST_F(DecoderTest, EmbeddingsStandForTokens) {
  const std::vector<int> tokens = RandomTokens(9, kVocabulary, 2);
  std::vector<float> embeddings;
  for (const auto& row : ReferenceEmbeddings(model_, tokens)) {
    embeddings.insert(embeddings.end(), row.begin(), row.end());
  }
  SequenceCache cache = NewCache();
  Buffer logits(9, kVocabulary);
  const TokenSpan span = {
      .cache = &cache, .embeddings = {embeddings.data(), 9, TinyModel::kWidth}, .logits_rows = 9};
  decoder_->Forward({&span, 1}, logits.view(), workspace_, {.pool = pool_});
  EXPECT_EQ(logits.values, RunAlone(tokens));
}

TEST_F(DecoderTest, ARaggedBatchEqualsEachSequenceAlone) {
  const std::vector<int> lengths = {5, 1, 17, 2};
  std::vector<std::vector<int>> texts;
  std::vector<SequenceCache> caches;
  std::vector<float> expected;
  for (const int length : lengths) {
    texts.push_back(RandomTokens(length, kVocabulary, static_cast<unsigned>(length)));
    const std::vector<float> alone = RunAlone(texts.back());
    expected.insert(expected.end(), alone.begin(), alone.end());
    caches.push_back(NewCache());
  }
  std::vector<TokenSpan> batch;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    batch.push_back({.cache = &caches[i], .tokens = texts[i], .logits_rows = lengths[i]});
  }
  Buffer logits(25, kVocabulary);
  decoder_->Forward(batch, logits.view(), workspace_, {.pool = pool_});
  EXPECT_EQ(logits.values, expected);
}

TEST_F(DecoderTest, ASequenceMayBeCutAnywhere) {
  const std::vector<int> tokens = RandomTokens(23, kVocabulary, 3);
  const std::vector<float> whole = RunAlone(tokens);
  for (const int cut : {1, 7, 22}) {
    // In two calls, and as two spans of one call.
    const auto first = std::span(tokens).first(static_cast<std::size_t>(cut));
    const auto rest = std::span(tokens).subspan(static_cast<std::size_t>(cut));
    SequenceCache cache = NewCache();
    std::vector<float> calls = Run(cache, first).values;
    const std::vector<float> second = Run(cache, rest).values;
    calls.insert(calls.end(), second.begin(), second.end());
    EXPECT_EQ(calls, whole) << "cut at " << cut;

    cache.TruncateTo(0);
    const TokenSpan spans[] = {
        {.cache = &cache, .tokens = first, .logits_rows = cut},
        {.cache = &cache, .first_position = cut, .tokens = rest, .logits_rows = 23 - cut}};
    Buffer logits(23, kVocabulary);
    decoder_->Forward(spans, logits.view(), workspace_, {.pool = pool_});
    EXPECT_EQ(logits.values, whole) << "cut at " << cut;
  }
}

TEST_F(DecoderTest, CutBackOrCopiedAndGoneOnEqualsFresh) {
  const std::vector<int> tokens = RandomTokens(20, kVocabulary, 4);
  const std::vector<int> other = RandomTokens(8, kVocabulary, 5);
  SequenceCache cache = NewCache();
  Run(cache, tokens);
  SequenceCache copy = NewCache();
  copy.CopyFrom(cache, 11);
  cache.TruncateTo(11);
  const std::vector<float> after_cut = Run(cache, other).values;
  const std::vector<float> after_copy = Run(copy, other).values;

  SequenceCache fresh = NewCache();
  Run(fresh, std::span(tokens).first(11));
  const std::vector<float> expected = Run(fresh, other).values;
  EXPECT_EQ(after_cut, expected);
  EXPECT_EQ(after_copy, expected);
}

TEST_F(DecoderTest, LogitsOnlyForTheRowsAskedFor) {
  const std::vector<int> tokens = RandomTokens(6, kVocabulary, 6);
  const std::vector<float> all = RunAlone(tokens);
  SequenceCache one = NewCache(), two = NewCache();
  const TokenSpan spans[] = {{.cache = &one, .tokens = tokens, .logits_rows = 0},
                             {.cache = &two, .tokens = tokens, .logits_rows = 2}};
  Buffer logits(2, kVocabulary);
  decoder_->Forward(spans, logits.view(), workspace_, {.pool = pool_});
  EXPECT_EQ(logits.values, std::vector<float>(all.end() - 2 * kVocabulary, all.end()));
}

TEST_F(DecoderTest, ThreadsDoNotChangeTheResult) {
  const std::vector<int> tokens = RandomTokens(70, kVocabulary, 7);
  const std::vector<float> alone = RunAlone(tokens);
  for (const int threads : {2, 3, 5}) {
    ThreadPool pool(threads);
    SequenceCache cache = NewCache();
    Buffer logits(70, kVocabulary);
    const TokenSpan span = {.cache = &cache, .tokens = tokens, .logits_rows = 70};
    decoder_->Forward({&span, 1}, logits.view(), workspace_, {.pool = pool});
    EXPECT_EQ(logits.values, alone) << threads << " threads";
  }
}

TEST_F(DecoderTest, ZonesNameEveryStep) {
  Profiler profiler;
  const std::vector<int> tokens = {1, 2};
  SequenceCache cache = NewCache();
  Buffer logits(1, kVocabulary);
  const TokenSpan span = {.cache = &cache, .tokens = tokens, .logits_rows = 1};
  decoder_->Forward({&span, 1}, logits.view(), workspace_, {.pool = pool_, .profiler = &profiler});
  const std::string table = profiler.Table();
  for (const char* zone :
       {"decoder.embed", "decoder.block.0.attention.norm", "decoder.block.1.attention.qkv",
        "decoder.block.1.attention.attend", "decoder.block.1.attention.output",
        "decoder.block.1.mlp.norm", "decoder.block.1.mlp.up", "decoder.block.1.mlp.down",
        "decoder.output_norm", "decoder.logits"}) {
    EXPECT_NE(table.find(zone), std::string::npos) << zone;
  }
}

}  // namespace
}  // namespace edgevlm
