// The quality gate of the default precision: its results are close to float32 arithmetic on the
// same file.
#include <gtest/gtest.h>

#include <cmath>
#include <string_view>
#include <vector>

#include "convert/preset.h"
#include "edgevlm/edgevlm.h"

namespace edgevlm {
namespace {

constexpr double kLeastCosine = 0.999;

// Wide enough that the vision encoder's matrices are quantized to int8; small ones are not.
constexpr DecoderPreset kDecoder = {"llama", 512,  4,   8,   2,     1024,
                                    1e-5f,   1e4f, 256, 600, false, false};
constexpr VisionEncoderPreset kVisionEncoder = {PresetProjector::kLdpV2, 768, 4, 12, 1536, 112, 14,
                                                PresetVit::kClip,        1};

double Cosine(const std::vector<float>& a, const std::vector<float>& b) {
  EXPECT_EQ(a.size(), b.size());
  double dot = 0, square_a = 0, square_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    dot += double{a[i]} * double{b[i]};
    square_a += double{a[i]} * double{a[i]};
    square_b += double{b[i]} * double{b[i]};
  }
  return dot / std::sqrt(square_a * square_b);
}

Engine LoadPreset(const PresetFiles& files, Precision precision) {
  Result<Engine> engine =
      Engine::Load(files.model, files.mmproj, {.threads = 2, .precision = precision});
  EXPECT_TRUE(engine.ok()) << (engine.ok() ? "" : engine.error().message);
  return *std::move(engine);
}

// An image of soft stripes.
std::vector<std::uint8_t> Stripes(int side) {
  std::vector<std::uint8_t> pixels;
  for (int i = 0; i < side * side * 3; ++i) {
    pixels.push_back(static_cast<std::uint8_t>(128 + 100 * std::sin(0.013 * i)));
  }
  return pixels;
}

TEST(Precision, DefaultIsCloseToFloat32) {
  for (const std::string_view type : {"q4_0", "q8_0", "q4_k_m", "q6_k", "q2_k"}) {
    SCOPED_TRACE(type);
    const PresetFiles files = MakePreset({"small", kDecoder, kVisionEncoder}, *ParseFileType(type));
    const Engine fast = LoadPreset(files, Precision::kAuto);
    const Engine exact = LoadPreset(files, Precision::kFloat32);
    const std::vector<std::uint8_t> pixels = Stripes(112);
    const PixelsView image{112, 112, pixels};
    const auto rounded = fast.EncodeImage(image), expected = exact.EncodeImage(image);
    ASSERT_TRUE(rounded.ok() && expected.ok());
    EXPECT_NE(rounded->embeddings, expected->embeddings) << "the vision encoder was to be int8";
    EXPECT_GE(Cosine(rounded->embeddings, expected->embeddings), kLeastCosine);
    const std::vector<int> tokens = {1, 5, 99, 400, 23, 7};
    const auto logits = fast.Logits(tokens, nullptr),
               expected_logits = exact.Logits(tokens, nullptr);
    ASSERT_TRUE(logits.ok() && expected_logits.ok());
    EXPECT_NE(*logits, *expected_logits) << "the decoder was to be int8";
    EXPECT_GE(Cosine(*logits, *expected_logits), kLeastCosine);
  }
}

}  // namespace
}  // namespace edgevlm
