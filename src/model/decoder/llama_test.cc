// Invalid llama files: each gives an error that states what and where.
#include "model/decoder/llama.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "model/families.h"
#include "model/testing/tiny_llama.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

std::string LoadLlama(const TinyLlama& model) {
  const std::vector<std::byte> bytes = model.ToBytes();
  const Result<GgufFile> file = GgufFile::Parse(bytes);
  if (!file) return file.error().message;
  const auto decoder = LoadDecoder(*file);
  return decoder ? "" : decoder.error().message;
}

std::string LoadChanged(const std::function<void(TinyLlama&)>& change,
                        const TinyLlamaOptions& options = {}) {
  TinyLlama model(options);
  change(model);
  return LoadLlama(model);
}

std::string LoadWith(const std::string& key, const GgufValue& value) {
  return LoadChanged([&](TinyLlama& model) { model.keys[key] = value; });
}

const std::vector<TinyLlamaOptions> kOptions = {{},
                                                {.has_output = false, .has_rope_freqs = true},
                                                {.architecture = "qwen2", .has_qkv_bias = true}};

TEST(Llama, EveryTensorIsNeededThatIsNotOptional) {
  for (const TinyLlamaOptions& options : kOptions) {
    for (const auto& entry : TinyLlama(options).tensors) {
      const std::string& name = entry.first;
      const std::string error =
          LoadChanged([&](TinyLlama& model) { model.tensors.erase(name); }, options);
      if (name == "output.weight" || name == "rope_freqs.weight") {
        EXPECT_EQ(error, "") << name;
      } else {
        EXPECT_THAT(error, HasSubstr("'" + name + "'"));
      }
    }
  }
}

TEST(Llama, EveryTensorNeedsItsShape) {
  for (const TinyLlamaOptions& options : kOptions) {
    for (const auto& entry : TinyLlama(options).tensors) {
      const std::string& name = entry.first;
      // One more row, and the values for it.
      const std::string error = LoadChanged(
          [&](TinyLlama& model) {
            TinyTensor& changed = model.tensors[name];
            std::vector<std::int64_t> extents(changed.shape.extents().begin(),
                                              changed.shape.extents().end());
            changed.values.resize(changed.values.size() +
                                  changed.values.size() / static_cast<std::size_t>(extents[0]));
            ++extents[0];
            changed.shape = Shape(extents);
          },
          options);
      // The embeddings give the vocabulary size, and the output must match it.
      if (name == "token_embd.weight") {
        EXPECT_EQ(error.empty(), !options.has_output);
      } else {
        EXPECT_THAT(error, HasSubstr("'" + name + "'"));
      }
    }
  }
}

TEST(Llama, KeysThatAreNeeded) {
  for (const std::string& key : {keys::ContextLength("llama"), keys::EmbeddingLength("llama"),
                                 keys::BlockCount("llama"), keys::FeedForwardLength("llama"),
                                 keys::HeadCount("llama"), keys::RmsNormEpsilon("llama")}) {
    EXPECT_THAT(LoadChanged([&](TinyLlama& model) { model.keys.erase(key); }), HasSubstr(key));
  }
}

TEST(Llama, EveryKeyNeedsItsType) {
  TinyLlama all({.head_width = 6, .factor = 2});
  all.keys[keys::ExpertCount("llama")] = std::uint32_t{0};
  ASSERT_EQ(LoadLlama(all), "");
  for (const auto& entry : all.keys) {
    TinyLlama model = all;
    model.keys[entry.first] = std::vector<std::string>{"a"};
    EXPECT_THAT(LoadLlama(model), HasSubstr(entry.first));
  }
}

TEST(Llama, NumbersOutOfRange) {
  for (const std::string& key :
       {keys::ContextLength("llama"), keys::EmbeddingLength("llama"), keys::BlockCount("llama"),
        keys::FeedForwardLength("llama"), keys::HeadCount("llama"), keys::HeadCountKv("llama"),
        keys::KeyLength("llama"), keys::ValueLength("llama"), keys::RopeDimensionCount("llama")}) {
    for (const std::int64_t value : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{2147483647},
                                     std::numeric_limits<std::int64_t>::max()}) {
      EXPECT_THAT(LoadWith(key, value), HasSubstr(key)) << value;
    }
  }
  for (const std::string& key : {keys::RmsNormEpsilon("llama"), keys::RopeFreqBase("llama"),
                                 keys::RopeScalingFactor("llama")}) {
    for (const float value : {-1.0f, 1e30f, std::numeric_limits<float>::quiet_NaN(),
                              std::numeric_limits<float>::infinity()}) {
      EXPECT_THAT(LoadWith(key, value), HasSubstr(key)) << value;
    }
  }
}

TEST(Llama, HeadsThatDoNotFit) {
  EXPECT_EQ(
      LoadWith(keys::HeadCountKv("llama"), std::uint32_t{4}),
      "model: key 'llama.attention.head_count_kv': expected a divisor of the 6 heads, found 4");
  EXPECT_EQ(
      LoadWith(keys::HeadCount("llama"), std::uint32_t{5}),
      "model: key 'llama.attention.head_count_kv': expected a divisor of the 5 heads, found 2");
  EXPECT_EQ(LoadChanged(
                [](TinyLlama& model) { model.keys[keys::HeadCount("llama")] = std::uint32_t{10}; }),
            "model: key 'llama.attention.head_count': expected a divisor of the width 24 that "
            "leaves at most 256 per head, found 10");
  EXPECT_EQ(LoadWith(keys::ValueLength("llama"), std::uint32_t{8}),
            "model: key 'llama.attention.value_length': expected 4 as the keys have, found 8");
  EXPECT_EQ(LoadWith(keys::RopeDimensionCount("llama"), std::uint32_t{3}),
            "model: key 'llama.rope.dimension_count': expected an even number, found 3");
}

// A sequence's keys and values would take 2048 values in each of 1024 blocks and 4096 positions.
TEST(Llama, MemoryOfASequenceIsBounded) {
  const std::string error = LoadChanged([](TinyLlama& model) {
    model.keys[keys::ContextLength("llama")] = std::uint32_t{1 << 20};
    model.keys[keys::BlockCount("llama")] = std::uint32_t{1024};
    model.keys[keys::HeadCount("llama")] = std::uint32_t{8};
    model.keys[keys::HeadCountKv("llama")] = std::uint32_t{8};
    model.keys[keys::KeyLength("llama")] = std::uint32_t{256};
  });
  EXPECT_THAT(error, HasSubstr("model: cache of one sequence: expected at most"));
}

TEST(Llama, RopeScaling) {
  const std::string key = keys::RopeScalingType("llama");
  EXPECT_EQ(LoadWith(key, std::string("none")), "");
  EXPECT_EQ(LoadWith(key, std::string("linear")), "");
  EXPECT_EQ(LoadWith(key, std::string("yarn")),
            "model: key 'llama.rope.scaling.type': expected none or linear, found 'yarn'");
  EXPECT_THAT(LoadWith(key, std::string(100000, 'x')), HasSubstr("xxx..."));
  EXPECT_THAT(LoadChanged([](TinyLlama& model) {
                model.AddTensor("rope_freqs.weight", {2}, 0, 0, DType::kF32);
              }),
              HasSubstr("'rope_freqs.weight': expected factors"));
}

TEST(Llama, ExpertsAreNotKnown) {
  EXPECT_EQ(LoadWith(keys::ExpertCount("llama"), std::uint32_t{8}),
            "model: key 'llama.expert_count': expected 0 (no mixture of experts), found 8");
}

TEST(Llama, BiasesAreReadWhereTheyAre) {
  const auto with_bias = [](DType dtype, float value) {
    return LoadChanged([=](TinyLlama& model) {
      model.AddTensor("blk.1.ffn_gate.bias", {TinyLlama::kHidden}, value, 0, dtype);
    });
  };
  EXPECT_EQ(with_bias(DType::kF32, 1), "");
  EXPECT_THAT(with_bias(DType::kF32, std::numeric_limits<float>::quiet_NaN()),
              HasSubstr("'blk.1.ffn_gate.bias': expected finite numbers"));
}

// 2 heads of the keys serve 6 of the queries; without the key, every head has its own.
TEST(Llama, KeyHeadsAreAsManyAsHeadsUnlessAKeySaysSo) {
  EXPECT_EQ(LoadChanged([](TinyLlama& model) { model.keys.erase(keys::HeadCountKv("llama")); }),
            "gguf: tensor 'blk.0.attn_k.weight': expected [24, 24], found [8, 24]");
}

}  // namespace
}  // namespace edgevlm
