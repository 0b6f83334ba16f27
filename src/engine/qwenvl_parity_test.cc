// Small Qwen2-VL, Qwen2.5-VL and Qwen3-VL models with random weights, compared with llama.cpp.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/testing/golden_files.h"
#include "edgevlm/edgevlm.h"

namespace edgevlm {
namespace {

constexpr std::size_t kVocabulary = 1024;

struct Golden {
  const char* name;     // of the vision encoder's file, the image and the outputs
  const char* decoder;  // of the decoder's
  int tokens;           // of the image
  std::size_t width;    // of an image token: main row and DeepStack's
};

void PrintTo(const Golden& golden, std::ostream* out) { *out << golden.name; }

std::string InFolder(const std::string& name) { return GoldenPath("families/" + name); }

double WorstCosine(std::span<const float> actual, const std::string& name, std::size_t cols) {
  return LeastCosine(actual, GoldenFloats("families/" + name), cols);
}

class QwenVlParity : public testing::TestWithParam<Golden> {
 protected:
  static Engine Load(Precision precision, bool reads_images = true) {
    const Golden& golden = GetParam();
    EngineOptions options = {.threads = 2, .precision = precision};
    options.mmproj =
        reads_images ? InFolder(std::string(golden.name) + "-mmproj.gguf") : std::string(kNoMmproj);
    auto engine = Engine::Load(InFolder(std::string(golden.decoder) + "-text.gguf"), options);
    CHECK(engine.ok());
    return *std::move(engine);
  }

  static EncodedImage Encode(const Engine& engine) {
    const MappedFile file = OpenGolden("families/" + std::string(GetParam().name) + ".png");
    auto image = engine.EncodeImage(file.bytes());
    CHECK(image.ok());
    return *std::move(image);
  }

  // llama.cpp rounds activations to float16, which leaves 0.999996 at worst; a wrong activation
  // function or position shows below 0.9999.
  static void Expect(Precision precision, double embeddings, double logits) {
    const Golden& golden = GetParam();
    const Engine engine = Load(precision);
    const EncodedImage image = Encode(engine);
    EXPECT_EQ(image.tokens, golden.tokens);
    const std::string name = golden.name;
    EXPECT_GE(WorstCosine(image.embeddings, name + ".embd.f32", golden.width), embeddings);
    const std::vector<int> tokens = {1,   15,  kImageToken, 300, 1000, 777, 400,
                                     259, 333, 42,          900, 999,  512};
    const auto found = engine.Logits(tokens, &image);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_GE(WorstCosine(*found, name + ".logits.f32", kVocabulary), logits);
  }
};

TEST_P(QwenVlParity, Float32) { Expect(Precision::kFloat32, 0.99999, 0.99999); }

TEST_P(QwenVlParity, TheDefaultPrecision) { Expect(Precision::kAuto, 0.999, 0.9995); }

TEST_P(QwenVlParity, TextAlone) {
  const std::string decoder = GetParam().decoder;
  const Engine engine = Load(Precision::kFloat32, false);
  std::vector<int> tokens;
  for (int i = 0; i < 40; ++i) tokens.push_back((7 + 53 * i) % 1000);
  const auto found = engine.Logits(tokens, nullptr);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_GE(WorstCosine(*found, decoder + "-text.logits.f32", kVocabulary), 0.99999);
}

TEST_P(QwenVlParity, TokensOneByOneGiveTheSameBits) {
  const Engine engine = Load(Precision::kAuto);
  Session session(engine);
  const EncodedImage image = Encode(engine);
  ASSERT_FALSE(session.SetImage(image));
  const std::vector<int> all = {1, 15, kImageToken, 300, 1000, 777};
  const auto together = session.Evaluate(all);
  ASSERT_TRUE(together) << together.error().message;
  const std::vector<float> expected(together->begin(), together->end());
  session.Reset();
  std::vector<float> found;
  for (const int token : all) {
    const auto logits = session.Evaluate({&token, 1});
    ASSERT_TRUE(logits) << logits.error().message;
    found.assign(logits->begin(), logits->end());
  }
  EXPECT_EQ(found, expected);
}

INSTANTIATE_TEST_SUITE_P(Families, QwenVlParity,
                         testing::Values(Golden{"qwen2vl", "qwen2vl", 70, 128},
                                         Golden{"qwen25vl", "qwen2vl", 99, 128},
                                         Golden{"qwen3vl", "qwen3vl", 80, 384}));

}  // namespace
}  // namespace edgevlm
