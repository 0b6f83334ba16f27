// What only Gemma 3 does: images whose tokens attend to each other, and keys of its own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "model/families.h"
#include "model/testing/batch.h"
#include "model/testing/tiny_gemma3.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

constexpr int kGemmaVocabulary = 53;  // of the vocabulary
constexpr int kBefore = 3, kImage = 11, kAfter = 6, kPromptRows = kBefore + kImage + kAfter;

std::unique_ptr<Decoder> LoadGemma3(const TinyFile& tiny) {
  const std::vector<std::byte> bytes = tiny.ToBytes();
  auto decoder = LoadDecoder(*GgufFile::Parse(bytes));
  if (!decoder) CheckFailed(__FILE__, __LINE__, decoder.error().message.c_str());
  return *std::move(decoder);
}

std::string Gemma3Error(const std::string& key, const GgufValue& value) {
  TinyGemma3 model(kGemmaVocabulary);
  model.keys[key] = value;
  const std::vector<std::byte> bytes = model.ToBytes();
  const auto decoder = LoadDecoder(*GgufFile::Parse(bytes));
  return decoder ? "loaded" : decoder.error().message;
}

// Three tokens, an image longer than the window, and six tokens.
class Gemma3Image : public testing::Test {
 protected:
  // Logits of all rows, in these spans; the image is one span.
  std::vector<float> Run(const std::vector<int>& token_spans, int threads = 1) {
    ThreadPool pool(threads);
    SequenceCache cache(decoder_->cache_shape());
    std::vector<TokenSpan> spans;
    int position = 0;
    for (const int rows : token_spans) {
      TokenSpan span = {.cache = &cache, .first_position = position, .logits_rows = rows};
      if (position == kBefore) {
        span.embeddings = View<const float>(image_.data(), kImage, TinyGemma3::kWidth);
        span.is_bidirectional = true;
      } else {
        const int first = position < kBefore ? position : position - kImage;
        span.tokens = std::span(tokens_).subspan(static_cast<std::size_t>(first),
                                                 static_cast<std::size_t>(rows));
      }
      spans.push_back(span);
      position += rows;
    }
    Buffer logits(kPromptRows, kGemmaVocabulary);
    decoder_->Forward(spans, logits.view(), workspace_, {.pool = pool});
    return logits.values;
  }

  Matrix Inputs() const {
    const double scale = std::sqrt(double{TinyGemma3::kWidth});
    Matrix x = ReferenceEmbeddings(model_, tokens_);
    for (auto& row : x) {
      for (double& value : row) value *= scale;
    }
    for (int i = 0; i < kImage; ++i) {
      const auto row = image_.begin() + i * TinyGemma3::kWidth;
      x.insert(x.begin() + kBefore + i, {row, row + TinyGemma3::kWidth});
    }
    return x;
  }

  const TinyGemma3 model_{kGemmaVocabulary};
  const std::unique_ptr<Decoder> decoder_ = LoadGemma3(model_);
  const std::vector<int> tokens_ = RandomTokens(kBefore + kAfter, kGemmaVocabulary, 3);
  const std::vector<float> image_ = [] {
    TinyFile random(5);
    random.AddTensor("image", {kImage, TinyGemma3::kWidth}, 0, 2.0f, DType::kF32);
    return random.Values("image");
  }();
  Workspace workspace_;
};

// Tolerance: as in decoder_test.cc.
TEST_F(Gemma3Image, TokensSeeEachOtherWithinTheWindow) {
  const ReferenceMask mask = {.image_begin = kBefore, .image_end = kBefore + kImage};
  const Matrix expected = ReferenceGemma3(model_, Inputs(), mask);
  const std::vector<float> actual = Run({kBefore, kImage, kAfter});
  double causal_difference = 0;
  const Matrix causal = ReferenceGemma3(model_, Inputs());
  for (std::size_t row = 0; row < kPromptRows; ++row) {
    for (std::size_t i = 0; i < kGemmaVocabulary; ++i) {
      EXPECT_NEAR(static_cast<double>(actual[row * kGemmaVocabulary + i]), expected[row][i], 1e-3)
          << row;
      causal_difference =
          std::fmax(causal_difference, std::fabs(causal[row][i] - expected[row][i]));
    }
  }
  EXPECT_GT(causal_difference, 0.1) << "a causal image is something else";
}

TEST_F(Gemma3Image, TheTextAroundItMayBeCutAnywhere) {
  const std::vector<float> whole = Run({kBefore, kImage, kAfter});
  EXPECT_EQ(Run({1, 2, kImage, 1, 1, 4}), whole);
  EXPECT_EQ(Run({kBefore, kImage, 5, 1}, 3), whole);
}

TEST(Gemma3Keys, NeedNotNameThePattern) {
  TinyGemma3 model(kGemmaVocabulary);
  model.keys.erase(keys::SlidingWindowPattern("gemma3"));
  EXPECT_EQ(LoadGemma3(model)->shape().windows, (std::vector<int>{7, 7}));
  model.keys[keys::SlidingWindowPattern("gemma3")] = std::vector<bool>{false, true};
  EXPECT_EQ(LoadGemma3(model)->shape().windows, (std::vector<int>{0, 7}));
  model.keys.erase(keys::SlidingWindow("gemma3"));
  EXPECT_EQ(LoadGemma3(model)->shape().windows, (std::vector<int>{0, 0}));
}

TEST(Gemma3Keys, NonsenseIsRefused) {
  const std::string name = "gemma3";
  const std::pair<std::string, GgufValue> wrong[] = {
      {keys::SlidingWindow(name), std::int32_t{-1}},
      {keys::SlidingWindow(name), std::uint32_t{1u << 31}},
      {keys::SlidingWindowPattern(name), std::uint32_t{0}},
      {keys::SlidingWindowPattern(name), std::vector<bool>{true}},
      {keys::KeyLength(name), std::uint32_t{0}},
      {keys::KeyLength(name), std::uint32_t{257}},
      {keys::ValueLength(name), std::uint32_t{4}},
      {keys::HeadCountKv(name), std::uint32_t{4}},
      {keys::RopeFreqBase(name), 0.5f},
      {keys::RopeFreqBaseSwa(name), -1.0f},
      {keys::RopeFreqBaseSwa(name), NAN},
      {keys::RopeScalingType(name), std::string("yarn")},
      {keys::FinalSoftcap(name), 30.0f},
      {keys::AttentionSoftcap(name), 50.0f}};
  for (const auto& [key, value] : wrong) {
    EXPECT_THAT(Gemma3Error(key, value), HasSubstr("'" + key + "'"));
  }
}

TEST(Gemma3Tensors, MustBeThereAndNoOthers) {
  const TinyGemma3 model(kGemmaVocabulary);
  for (const auto& [name, tensor] : model.tensors) {
    TinyGemma3 missing(kGemmaVocabulary);
    missing.tensors.erase(name);
    const std::vector<std::byte> bytes = missing.ToBytes();
    const auto decoder = LoadDecoder(*GgufFile::Parse(bytes));
    ASSERT_FALSE(decoder) << name;
    EXPECT_THAT(decoder.error().message, HasSubstr(name));
  }
  for (const char* name :
       {"blk.1.attn_q.bias", "blk.2.attn_q.weight", "blk.0.ffn_gate_inp.weight"}) {
    TinyGemma3 surplus(kGemmaVocabulary);
    surplus.AddTensor(name, {4}, 1, 0, DType::kF32);
    const std::vector<std::byte> bytes = surplus.ToBytes();
    const auto decoder = LoadDecoder(*GgufFile::Parse(bytes));
    ASSERT_FALSE(decoder) << name;
    EXPECT_THAT(decoder.error().message, HasSubstr(name));
  }
}

}  // namespace
}  // namespace edgevlm
