// Properties of every decoder, tested for each family with and without its optional parts.
#include "model/decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <ostream>
#include <utility>

#include "model/families.h"
#include "model/testing/batch.h"
#include "model/testing/reference.h"
#include "model/testing/tiny_gemma3.h"
#include "model/testing/tiny_llama.h"
#include "model/testing/tiny_model.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

constexpr int kTinyVocabulary = 53;
constexpr int kTinyWidth = TinyModel::kWidth;
static_assert(kTinyWidth == TinyLlama::kWidth);

struct Sample {
  TinyFile file;
  std::function<Matrix(const Matrix& inputs)> reference;  // [T, D] -> logits [T, V]
  float embedding_scale = 1;

  Matrix Embeddings(const std::vector<int>& tokens) const {
    Matrix x = ReferenceEmbeddings(file, tokens);
    for (auto& row : x) {
      for (double& value : row) value = static_cast<float>(value) * embedding_scale;
    }
    return x;
  }
};

Sample Gpt2Sample() {
  const TinyModel model(kTinyVocabulary);
  return {model, [model](const Matrix& x) { return ReferenceDecoder(model, x); }};
}

// Like the published GPT-2 files: with an output matrix of their own.
Sample Gpt2WithOutput() {
  TinyModel model(kTinyVocabulary);
  model.AddTensor("output.weight", {kTinyVocabulary, kTinyWidth}, 0, 0.3f, DType::kF16);
  return {model, [model](const Matrix& x) { return ReferenceDecoder(model, x); }};
}

Sample LlamaSample(const TinyLlamaOptions& options) {
  const TinyLlama model(options);
  return {model, [model](const Matrix& x) { return ReferenceLlama(model, x); }};
}

Sample PlainLlama() { return LlamaSample({}); }

// Every optional part at once: wide heads with partial rotary positions, scaled positions.
Sample RichLlama() {
  return LlamaSample({.head_width = 9,
                      .rotated = 6,
                      .base = 500.0f,
                      .factor = 2.5f,
                      .has_output = false,
                      .has_qkv_bias = true,
                      .has_rope_freqs = true});
}

Sample Qwen2() {
  return LlamaSample({.architecture = "qwen2",
                      .head_width = 10,
                      .rotated = 10,
                      .base = 1e6f,
                      .has_output = false,
                      .has_qkv_bias = true,
                      .has_halves = true});
}

Sample Gemma3() {
  const TinyGemma3 model(kTinyVocabulary);
  return {model, [model](const Matrix& x) { return ReferenceGemma3(model, x); },
          std::sqrt(static_cast<float>(kTinyWidth))};
}

std::unique_ptr<Decoder> LoadDecoder(const TinyFile& tiny) {
  const std::vector<std::byte> bytes = tiny.ToBytes();
  const Result<GgufFile> file = GgufFile::Parse(bytes);
  CHECK(file.ok());
  auto decoder = LoadDecoder(*file);
  EXPECT_TRUE(decoder.ok()) << decoder.error().message;
  return *std::move(decoder);
}

struct Case {
  const char* name;
  Sample (*make)();
};
void PrintTo(const Case& decoder, std::ostream* out) { *out << decoder.name; }

class DecoderTest : public ::testing::TestWithParam<Case> {
 protected:
  SequenceCache NewCache() const { return SequenceCache(decoder_->cache_shape()); }

  // Adds the tokens to the cache; logits of all of them.
  Buffer Run(SequenceCache& cache, std::span<const int> tokens) {
    Buffer logits(static_cast<int>(tokens.size()), kTinyVocabulary);
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

  const Sample sample_ = GetParam().make();
  const std::unique_ptr<Decoder> decoder_ = LoadDecoder(sample_.file);
  Workspace workspace_;
  ThreadPool pool_{1};
};

// Float32 sums of at most 40 terms differ from double by less than 1e-5; a key or value that
// rounds to the other neighbor in float16 moves a score by 2^-11 of it.
constexpr double kDecoderTolerance = 1e-3;

TEST_P(DecoderTest, MatchesTheFormulas) {
  const std::vector<int> tokens = RandomTokens(37, kTinyVocabulary, 1);
  SequenceCache cache = NewCache();
  ExpectClose(Run(cache, tokens).ToMatrix(), sample_.reference(sample_.Embeddings(tokens)),
              kDecoderTolerance);
  EXPECT_EQ(cache.positions(), 37);
}

TEST_P(DecoderTest, EmbeddingsStandForTokens) {
  const std::vector<int> tokens = RandomTokens(9, kTinyVocabulary, 2);
  std::vector<float> embeddings;
  for (const auto& row : sample_.Embeddings(tokens)) {
    embeddings.insert(embeddings.end(), row.begin(), row.end());
  }
  SequenceCache cache = NewCache();
  Buffer logits(9, kTinyVocabulary);
  const TokenSpan span = {
      .cache = &cache, .embeddings = {embeddings.data(), 9, kTinyWidth}, .logits_rows = 9};
  decoder_->Forward({&span, 1}, logits.view(), workspace_, {.pool = pool_});
  EXPECT_EQ(logits.values, RunAlone(tokens));
}

TEST_P(DecoderTest, ARaggedBatchEqualsEachSequenceAlone) {
  const std::vector<int> lengths = {5, 1, 17, 2};
  std::vector<std::vector<int>> texts;
  std::vector<SequenceCache> caches;
  std::vector<float> expected;
  for (const int length : lengths) {
    texts.push_back(RandomTokens(length, kTinyVocabulary, static_cast<unsigned>(length)));
    const std::vector<float> alone = RunAlone(texts.back());
    expected.insert(expected.end(), alone.begin(), alone.end());
    caches.push_back(NewCache());
  }
  std::vector<TokenSpan> batch;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    batch.push_back({.cache = &caches[i], .tokens = texts[i], .logits_rows = lengths[i]});
  }
  Buffer logits(25, kTinyVocabulary);
  decoder_->Forward(batch, logits.view(), workspace_, {.pool = pool_});
  EXPECT_EQ(logits.values, expected);
}

TEST_P(DecoderTest, ASequenceMayBeCutAnywhere) {
  const std::vector<int> tokens = RandomTokens(23, kTinyVocabulary, 3);
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
    Buffer logits(23, kTinyVocabulary);
    decoder_->Forward(spans, logits.view(), workspace_, {.pool = pool_});
    EXPECT_EQ(logits.values, whole) << "cut at " << cut;
  }
}

TEST_P(DecoderTest, CutBackOrCopiedAndGoneOnEqualsFresh) {
  const std::vector<int> tokens = RandomTokens(20, kTinyVocabulary, 4);
  const std::vector<int> other = RandomTokens(8, kTinyVocabulary, 5);
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

TEST_P(DecoderTest, LogitsOnlyForTheRowsAskedFor) {
  const std::vector<int> tokens = RandomTokens(6, kTinyVocabulary, 6);
  const std::vector<float> all = RunAlone(tokens);
  SequenceCache one = NewCache(), two = NewCache();
  const TokenSpan spans[] = {{.cache = &one, .tokens = tokens, .logits_rows = 0},
                             {.cache = &two, .tokens = tokens, .logits_rows = 2}};
  Buffer logits(2, kTinyVocabulary);
  decoder_->Forward(spans, logits.view(), workspace_, {.pool = pool_});
  EXPECT_EQ(logits.values, std::vector<float>(all.end() - 2 * kTinyVocabulary, all.end()));
}

TEST_P(DecoderTest, ThreadsDoNotChangeTheResult) {
  const std::vector<int> tokens = RandomTokens(70, kTinyVocabulary, 7);
  const std::vector<float> alone = RunAlone(tokens);
  for (const int threads : {2, 3, 5}) {
    ThreadPool pool(threads);
    SequenceCache cache = NewCache();
    Buffer logits(70, kTinyVocabulary);
    const TokenSpan span = {.cache = &cache, .tokens = tokens, .logits_rows = 70};
    decoder_->Forward({&span, 1}, logits.view(), workspace_, {.pool = pool});
    EXPECT_EQ(logits.values, alone) << threads << " threads";
  }
}

class DecoderPartsTest : public DecoderTest {
 protected:
  static constexpr int kBlocks = TinyModel::kBlocks;
  static_assert(kBlocks == 2 && TinyLlama::kBlocks == 2 && TinyGemma3::kBlocks == 2);

  static TokenSpan SpanOf(SequenceCache& cache, std::span<const int> tokens) {
    return {.cache = &cache,
            .first_position = cache.layer(kBlocks - 1).positions(),
            .tokens = tokens,
            .logits_rows = static_cast<int>(tokens.size())};
  }

  // x [T, D] of the tokens after their first block.
  void RunFirstBlock(const TokenSpan& span, View<float> x) {
    decoder_->Embed({&span, 1}, x, run_);
    decoder_->RunBlocks({&span, 1}, {0, 1}, x, workspace_, run_);
  }

  const edgevlm::Run run_{.pool = pool_};
};

TEST_P(DecoderPartsTest, AnExitSaysWhatAShorterModelSays) {
  const std::vector<int> tokens = RandomTokens(13, kTinyVocabulary, 8);
  SequenceCache cache = NewCache();
  Buffer x(13, kTinyWidth), logits(13, kTinyVocabulary);
  RunFirstBlock(SpanOf(cache, tokens), x.view());
  decoder_->WriteLogits(x.view(), logits.view(), workspace_, run_);

  TinyFile shorter = sample_.file;
  for (auto& [name, value] : shorter.keys) {
    if (name.ends_with(".block_count")) value = std::uint32_t{1};
  }
  std::erase_if(shorter.tensors,
                [](const auto& entry) { return entry.first.starts_with("blk.1."); });
  const std::unique_ptr<Decoder> decoder = LoadDecoder(shorter);
  SequenceCache other(decoder->cache_shape());
  Buffer expected(13, kTinyVocabulary);
  const TokenSpan span = {.cache = &other, .tokens = tokens, .logits_rows = 13};
  decoder->Forward({&span, 1}, expected.view(), workspace_, run_);
  EXPECT_EQ(logits.values, expected.values);
}

// Self-speculation: each token goes through the first block alone, then all go through the other
// one together, in a batch with another sequence.
TEST_P(DecoderPartsTest, RowsMayGoOnTogether) {
  const std::vector<int> tokens = RandomTokens(9, kTinyVocabulary, 9);
  const std::vector<int> other = RandomTokens(4, kTinyVocabulary, 10);
  SequenceCache cache = NewCache(), other_cache = NewCache();
  Buffer x(13, kTinyWidth), logits(13, kTinyVocabulary);
  for (int t = 0; t < 9; ++t) {
    const TokenSpan one = {.cache = &cache,
                           .first_position = t,
                           .tokens = std::span(tokens).subspan(static_cast<std::size_t>(t), 1)};
    RunFirstBlock(one, x.view().Rows(t, 1));
  }
  RunFirstBlock(SpanOf(other_cache, other), x.view().Rows(9, 4));
  EXPECT_EQ(cache.layer(1).positions(), 0);
  const TokenSpan batch[] = {SpanOf(cache, tokens), SpanOf(other_cache, other)};
  decoder_->RunBlocks(batch, {1, kBlocks}, x.view(), workspace_, run_);
  decoder_->WriteLogits(x.view(), logits.view(), workspace_, run_);

  std::vector<float> expected = RunAlone(tokens);
  const std::vector<float> second = RunAlone(other);
  expected.insert(expected.end(), second.begin(), second.end());
  EXPECT_EQ(logits.values, expected);
}

// The keys and values of a block depend on its input: that of the first skipped block is unchanged,
// so later tokens are not affected.
TEST_P(DecoderPartsTest, TheFirstSkippedBlockRemembersAll) {
  const std::vector<int> tokens = RandomTokens(7, kTinyVocabulary, 11);
  const std::vector<int> later = RandomTokens(5, kTinyVocabulary, 12);
  SequenceCache expected = NewCache(), cache = NewCache();
  Run(expected, tokens);
  Buffer x(7, kTinyWidth);
  const TokenSpan span = SpanOf(cache, tokens);
  RunFirstBlock(span, x.view());
  const std::vector<float> before = x.values;
  decoder_->SkipBlocks({&span, 1}, {1, kBlocks}, x.view(), workspace_, run_);
  EXPECT_EQ(x.values, before);
  EXPECT_EQ(Run(cache, later).values, Run(expected, later).values);
}

// Skipping both blocks leaves other values, but the same length.
TEST_P(DecoderPartsTest, SkippingMoreIsNotTheSame) {
  const std::vector<int> tokens = RandomTokens(7, kTinyVocabulary, 13);
  SequenceCache expected = NewCache(), cache = NewCache();
  Run(expected, tokens);
  Buffer x(7, kTinyWidth);
  const TokenSpan span = SpanOf(cache, tokens);
  decoder_->Embed({&span, 1}, x.view(), run_);
  decoder_->SkipBlocks({&span, 1}, {0, kBlocks}, x.view(), workspace_, run_);
  EXPECT_EQ(cache.layer(1).positions(), 7);
  EXPECT_NE(Run(cache, tokens).values, Run(expected, tokens).values);
}

TEST(Exits, LieBetweenBlocks) {
  EXPECT_TRUE(AreExits({}, 1));
  const auto are = [](const std::vector<int>& exits) { return AreExits(exits, 6); };
  EXPECT_TRUE(are({1}) && are({2, 4}) && are({1, 2, 3, 4, 5}));
  EXPECT_FALSE(are({0}) || are({-1, 2}) || are({6}) || are({4, 2}) || are({2, 2}) || are({2, 7}));
}

TEST(Exits, AreReadFromTheFile) {
  TinyModel model(kTinyVocabulary);
  EXPECT_TRUE(LoadDecoder(model)->shape().exits.empty());
  model.keys[keys::ExitLayers("gpt2")] = std::vector<std::int32_t>{1};
  EXPECT_EQ(LoadDecoder(model)->shape().exits, std::vector<int>{1});
  for (const GgufValue& value :
       {GgufValue(std::vector<std::int32_t>{2}), GgufValue(std::vector<std::int32_t>{0}),
        GgufValue(std::vector<std::int32_t>{1, 1}), GgufValue(std::string("1"))}) {
    model.keys[keys::ExitLayers("gpt2")] = value;
    const std::vector<std::byte> bytes = model.ToBytes();
    const auto decoder = LoadDecoder(*GgufFile::Parse(bytes));
    ASSERT_FALSE(decoder.ok());
    EXPECT_NE(decoder.error().message.find("gpt2.exit_layers"), std::string::npos);
  }
}

INSTANTIATE_TEST_SUITE_P(Families, DecoderTest,
                         ::testing::Values(Case{"gpt2", Gpt2Sample},
                                           Case{"gpt2_with_output", Gpt2WithOutput},
                                           Case{"llama", PlainLlama},
                                           Case{"llama_with_all_options", RichLlama},
                                           Case{"qwen2", Qwen2}, Case{"gemma3", Gemma3}),
                         [](const auto& info) { return std::string(info.param.name); });
INSTANTIATE_TEST_SUITE_P(Families, DecoderPartsTest,
                         ::testing::Values(Case{"gpt2", Gpt2Sample}, Case{"llama", PlainLlama},
                                           Case{"llama_with_all_options", RichLlama},
                                           Case{"qwen2", Qwen2}, Case{"gemma3", Gemma3}),
                         [](const auto& info) { return std::string(info.param.name); });

std::string ZonesOf(const TinyFile& file) {
  const std::unique_ptr<Decoder> decoder = LoadDecoder(file);
  Profiler profiler;
  ThreadPool pool(1);
  Workspace workspace;
  const std::vector<int> tokens = {1, 2};
  SequenceCache cache(decoder->cache_shape());
  Buffer logits(1, kTinyVocabulary);
  const TokenSpan span = {.cache = &cache, .tokens = tokens, .logits_rows = 1};
  decoder->Forward({&span, 1}, logits.view(), workspace, {.pool = pool, .profiler = &profiler});
  std::string names;
  for (const Profiler::Zone& zone : profiler.zones()) names += std::string(zone.name) + "\n";
  return names;
}

TEST(DecoderZones, NameEveryStep) {
  const std::string gpt2 = ZonesOf(TinyModel(kTinyVocabulary)), llama = ZonesOf(TinyLlama());
  for (const char* zone :
       {"language_model.embed_tokens\n", "language_model.norm\n", "language_model.lm_head\n"}) {
    EXPECT_THAT(gpt2, HasSubstr(zone));
    EXPECT_THAT(llama, HasSubstr(zone));
  }
  for (const char* zone :
       {"ln_1", "attn.c_attn", "attn.attention", "attn.c_proj", "ln_2", "mlp.c_fc", "mlp.c_proj"}) {
    EXPECT_THAT(gpt2, HasSubstr("language_model.layers.1." + std::string(zone) + "\n"));
  }
  for (const char* zone :
       {"input_layernorm", "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj",
        "self_attn.rotary_emb", "self_attn.attention", "self_attn.o_proj",
        "post_attention_layernorm", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"}) {
    EXPECT_THAT(llama, HasSubstr("language_model.layers.1." + std::string(zone) + "\n"));
  }
}

TEST(DecoderCache, IsAsLargeAsAskedFor) {
  TinyLlama model;
  model.keys[keys::ContextLength("llama")] = std::uint32_t{131072};
  const std::unique_ptr<Decoder> decoder = LoadDecoder(model);
  EXPECT_EQ(decoder->shape().context, 131072);
  EXPECT_EQ(decoder->cache_shape().capacity, Decoder::kUsualPositions);
  EXPECT_EQ(decoder->cache_shape(131072).capacity, 131072);
  const CacheShape shape = decoder->cache_shape(10);
  EXPECT_EQ(shape.capacity, 10);
  EXPECT_EQ(shape.layers, TinyLlama::kBlocks);
  EXPECT_EQ(shape.heads, TinyLlama::kKvHeads);
  EXPECT_EQ(shape.head_width, 4);
}

}  // namespace
}  // namespace edgevlm
