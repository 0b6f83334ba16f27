// Files that mix tensor types, even among matrices that share their activations: each precision
// must match float32 arithmetic on the same file.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "convert/preset.h"
#include "edgevlm/edgevlm.h"
#include "gguf/names.h"
#include "gguf/reader.h"
#include "gguf/writer.h"
#include "kernels/quantize/quantize.h"
#include "tensor/weight.h"

namespace edgevlm {
namespace {

// The bounds of precision_test, for files of one type.
constexpr double kLeastCosine = 0.999;

constexpr int kImageSize = 56;

// The encoder's matrices are just large enough to be packed in the given precision, and rows are
// multiples of 32.
constexpr int kWidth = 736, kHidden = 736 + 32;
static_assert(kWidth * kWidth > Weight::kMaxWidenedValues);

constexpr VisionEncoderPreset VisionEncoder(PresetProjector projector, PresetVit kind) {
  return {projector, kWidth, 2, 8, kHidden, kImageSize, 14, kind, 2};
}

constexpr DecoderPreset kLlama = {"llama", 128, 2, 4, 2, 256, 1e-5f, 1e4f, 256, 600, false, false};
constexpr DecoderPreset kTiedQwen2 = {"qwen2", 128,  2,   4,   2,    256,
                                      1e-6f,   1e4f, 256, 600, true, true};
constexpr DecoderPreset kGpt2 = {"gpt2", 128, 2,   4,    4,    256,   1e-5f,
                                 0,      256, 600, true, true, false, PresetBlock::kGpt2};
constexpr DecoderPreset kGemma3 = {"gemma3", 128, 2,   4,    2,     256,   1e-6f,
                                   1e4f,     256, 600, true, false, false, PresetBlock::kGemma3,
                                   64,       4};

const std::array kModels = {
    Preset{"llama and ldpv2", kLlama, VisionEncoder(PresetProjector::kLdpV2, PresetVit::kClip)},
    Preset{"llama and ldp", kLlama, VisionEncoder(PresetProjector::kLdp, PresetVit::kClip)},
    Preset{"qwen2 and mlp", kTiedQwen2, VisionEncoder(PresetProjector::kMlp, PresetVit::kClip)},
    Preset{"gpt2 and idefics3", kGpt2,
           VisionEncoder(PresetProjector::kIdefics3, PresetVit::kSiglip)},
    Preset{"gemma3 and gemma3", kGemma3,
           VisionEncoder(PresetProjector::kGemma3, PresetVit::kSiglip)},
    Preset{"qwen2 and internvl", kTiedQwen2,
           VisionEncoder(PresetProjector::kInternVl, PresetVit::kInternVit)},
};

// Assigned cyclically, so that matrices with the same input differ, and so do blocks: neither six,
// seven nor nine matrices per block are a multiple of five.
constexpr std::array kTypes = {DType::kQ8_0, DType::kF16, DType::kF32, DType::kQ4_0, DType::kBF16};

// The same file with other types, the first being kTypes[first].
std::vector<std::byte> WithMixedTypes(const std::vector<std::byte>& bytes, std::size_t first) {
  const Result<GgufFile> file = GgufFile::Parse(bytes);
  CHECK(file.ok());
  GgufWriter writer;
  for (const GgufKey& key : file->keys()) {
    if (key.name != keys::kAlignment) writer.Add(key.name, file->Value(key));
  }
  std::size_t next = first;
  for (const GgufTensor& tensor : file->tensors()) {
    const TensorView& view = tensor.view;
    const bool is_matrix = view.shape.rank() == 2 && view.shape.last() % 32 == 0 &&
                           tensor.name.find("position") == std::string::npos;
    const DType dtype = is_matrix ? kTypes[next++ % kTypes.size()] : view.dtype;
    std::vector<std::byte> stored(*BytesOf(dtype, view.shape));
    Quantize(*ToFloats(view), dtype, stored);
    writer.AddTensor(tensor.name, dtype, view.shape, std::move(stored));
  }
  Result<std::vector<std::byte>> mixed = writer.ToBytes();
  CHECK(mixed.ok());
  return *std::move(mixed);
}

double CosineOf(const std::vector<float>& a, const std::vector<float>& b) {
  double dot = 0, square_a = 0, square_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    dot += double{a[i]} * double{b[i]};
    square_a += double{a[i]} * double{a[i]};
    square_b += double{b[i]} * double{b[i]};
  }
  return dot / std::sqrt(square_a * square_b);
}

struct Outcome {
  std::vector<float> embeddings;
  std::vector<float> logits;
};

Outcome RunModel(const PresetFiles& files, Precision precision) {
  const Result<Engine> engine =
      Engine::Load(files.model, files.mmproj, {.threads = 1, .precision = precision});
  EXPECT_TRUE(engine.ok()) << engine.error().message;
  std::vector<std::uint8_t> pixels;
  for (int i = 0; i < kImageSize * kImageSize * 3; ++i) {
    pixels.push_back(static_cast<std::uint8_t>(128 + 100 * std::sin(0.013 * i)));
  }
  const auto image = engine->EncodeImage(PixelsView{kImageSize, kImageSize, pixels});
  const auto logits = engine->Logits(std::vector<int>{1, 5, 99, 400, 23, 7}, nullptr);
  EXPECT_TRUE(image.ok() && logits.ok());
  return {image->embeddings, *logits};
}

class MixedTypesTest : public ::testing::TestWithParam<Preset> {};

TEST_P(MixedTypesTest, EveryPrecisionIsCloseToFloat32) {
  PresetFiles files = MakePreset(GetParam(), *ParseFileType("f16"));
  files.model = WithMixedTypes(files.model, 0);
  files.mmproj = WithMixedTypes(files.mmproj, 0);
  const Outcome exact = RunModel(files, Precision::kFloat32);
  for (const Precision precision : {Precision::kAuto, Precision::kBFloat16}) {
    SCOPED_TRACE(static_cast<int>(precision));
    const Outcome outcome = RunModel(files, precision);
    ASSERT_EQ(outcome.embeddings.size(), exact.embeddings.size());
    ASSERT_EQ(outcome.logits.size(), exact.logits.size());
    EXPECT_NE(outcome.embeddings, exact.embeddings) << "the encoder was to round";
    EXPECT_NE(outcome.logits, exact.logits) << "the decoder was to round";
    EXPECT_GE(CosineOf(outcome.embeddings, exact.embeddings), kLeastCosine);
    EXPECT_GE(CosineOf(outcome.logits, exact.logits), kLeastCosine);
  }
}

INSTANTIATE_TEST_SUITE_P(All, MixedTypesTest, ::testing::ValuesIn(kModels), [](const auto& info) {
  std::string name(info.param.name);
  std::erase(name, ' ');
  return name;
});

}  // namespace
}  // namespace edgevlm
