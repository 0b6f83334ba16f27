// How far the default precision of the vision transformer is from float32, also with activations
// that have outliers.
#include <gtest/gtest.h>

#include <cmath>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "gguf/names.h"
#include "model/families.h"
#include "model/testing/batch.h"
#include "model/testing/tiny_file.h"

namespace edgevlm {
namespace {

constexpr double kMaxError = 0.025;  // as for real weights: tests/real/vision_precision_test.cc

// A vision encoder whose matrices are large enough to be packed as int8, with few patches.
struct WideVit : TinyFile {
  static constexpr int kImageSize = 32;
  static constexpr int kPatch = 8;
  static constexpr int kPatches = 16;
  static constexpr int kWidth = 768;
  static constexpr int kHidden = 3072;
  static constexpr int kBlocks = 2;
  static_assert(kWidth * kWidth > Weight::kMaxWidenedValues);

  WideVit() : TinyFile(7) {
    keys[std::string(keys::kArchitecture)] = std::string("clip");
    keys[std::string(keys::kProjectorType)] = std::string("idefics3");  // reads the last block
    keys[std::string(keys::kImageSize)] = std::uint32_t{kImageSize};
    keys[std::string(keys::kPatchSize)] = std::uint32_t{kPatch};
    keys[std::string(keys::kImageMean)] = std::vector<float>{0, 0, 0};
    keys[std::string(keys::kImageStd)] = std::vector<float>{1, 1, 1};
    keys[std::string(keys::kVisionEmbeddingLength)] = std::uint32_t{kWidth};
    keys[std::string(keys::kVisionFeedForwardLength)] = std::uint32_t{kHidden};
    keys[std::string(keys::kVisionBlockCount)] = std::uint32_t{kBlocks};
    keys[std::string(keys::kVisionHeadCount)] = std::uint32_t{12};
    keys[std::string(keys::kVisionLayerNormEpsilon)] = 1e-5f;
    keys[std::string(keys::kUseGelu)] = true;
    AddTensor("v.patch_embd.weight", {kWidth, 3, kPatch, kPatch}, 0, 0.07f, DType::kF32);
    AddTensor("v.position_embd.weight", {kPatches, kWidth}, 0, 0.5f, DType::kF32);
    for (int block = 0; block < kBlocks; ++block) {
      for (const std::string& norm :
           {modules::VisionAttnNorm(block), modules::VisionFfnNorm(block)}) {
        AddTensor(modules::Weight(norm), {kWidth}, 1, 0.1f, DType::kF32);
        AddTensor(modules::Bias(norm), {kWidth}, 0, 0.1f, DType::kF32);
      }
      for (const std::string& module :
           {modules::VisionAttnQ(block), modules::VisionAttnK(block), modules::VisionAttnV(block),
            modules::VisionAttnOutput(block)}) {
        AddLinear(module, kWidth, kWidth);
      }
      AddLinear(modules::VisionFfnUp(block), kHidden, kWidth);
      AddLinear(modules::VisionFfnDown(block), kWidth, kHidden);
    }
  }

  // Makes one channel in a hundred `factor` times as large after each LayerNorm. The weights that
  // read it become as much smaller, as they are in trained models, so that the features stay the
  // same. (Else the attention of random weights would select single rows, which amplifies errors.)
  void AddOutliers(float factor) {
    for (int block = 0; block < kBlocks; ++block) {
      const auto scale = [&](const std::string& norm, const std::vector<std::string>& readers) {
        Scale(modules::Weight(norm), factor);
        Scale(modules::Bias(norm), factor);
        for (const std::string& reader : readers) Scale(modules::Weight(reader), 1 / factor);
      };
      scale(
          modules::VisionAttnNorm(block),
          {modules::VisionAttnQ(block), modules::VisionAttnK(block), modules::VisionAttnV(block)});
      scale(modules::VisionFfnNorm(block), {modules::VisionFfnUp(block)});
    }
  }

 private:
  // The channels 37, 137, ... of every row of kWidth values.
  void Scale(const std::string& tensor, float factor) {
    std::vector<float>& values = tensors.at(tensor).values;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i % kWidth % 100 == 37) values[i] *= factor;
    }
  }

  void AddLinear(const std::string& module, int outputs, int inputs) {
    AddTensor(modules::Weight(module), {outputs, inputs}, 0,
              1 / std::sqrt(static_cast<float>(inputs)), DType::kF32);
    AddTensor(modules::Bias(module), {outputs}, 0, 0.1f, DType::kF32);
  }
};

// [kPatches, kWidth]
std::vector<float> Encode(const GgufFile& file, Packing packing) {
  const auto encoder = LoadVisionEncoder(file, {.packing = packing});
  CHECK(encoder.ok());
  Buffer pixels(WideVit::kImageSize * WideVit::kImageSize, 3);
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  for (float& value : pixels.values) value = normal(random);
  Buffer features(WideVit::kPatches, WideVit::kWidth);
  ThreadPool pool(1);
  Workspace workspace;
  (*encoder)->Encode(pixels.view(), features.view(), workspace,
                     {.pool = pool, .fast = packing == Packing::kInt8});
  return features.values;
}

// ||int8 - float32|| / ||float32|| over all features.
double ErrorOfInt8(const WideVit& model) {
  const std::vector<std::byte> bytes = model.ToBytes();
  const Result<GgufFile> file = GgufFile::Parse(bytes);
  CHECK(file.ok());
  const std::vector<float> expected = Encode(*file, Packing::kExact);
  const std::vector<float> found = Encode(*file, Packing::kInt8);
  double error = 0, total = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    error += std::pow(double{found[i]} - double{expected[i]}, 2);
    total += std::pow(double{expected[i]}, 2);
  }
  return std::sqrt(error / total);
}

TEST(VitPrecision, Int8StaysCloseWithOutliers) {
  WideVit model;
  const double plain = ErrorOfInt8(model);
  model.AddOutliers(30);
  const double with_outliers = ErrorOfInt8(model);
  std::cout << "relative error " << plain << ", with outliers " << with_outliers << "\n";
  EXPECT_LE(plain, kMaxError);
  EXPECT_LE(with_outliers, kMaxError);
  EXPECT_GT(plain, 1e-4) << "nothing was rounded";
}

}  // namespace
}  // namespace edgevlm
