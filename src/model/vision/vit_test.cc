#include "model/vision/vit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "model/families.h"
#include "model/layers.h"
#include "model/testing/batch.h"
#include "model/testing/reference_vit.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

constexpr int kCells = TinyVit::kImageSize * TinyVit::kImageSize;

// Float32 sums of at most 64 terms, four layers per block deep.
constexpr double kTolerance = 3e-5;

std::unique_ptr<VisionEncoder> LoadVisionEncoder(const TinyVit& model, int merged_tokens = 0) {
  const std::vector<std::byte> bytes = model.ToBytes();
  const Result<GgufFile> file = GgufFile::Parse(bytes);
  CHECK(file.ok());
  auto vision_encoder = LoadVisionEncoder(*file, {.merged_tokens = merged_tokens});
  EXPECT_TRUE(vision_encoder.ok()) << vision_encoder.error().message;
  return vision_encoder.ok() ? *std::move(vision_encoder) : nullptr;
}

Buffer RandomPixels(int images) {
  Buffer pixels(images * kCells, 3);
  std::mt19937 random(11);
  std::normal_distribution<float> normal;
  for (float& value : pixels.values) value = normal(random);
  return pixels;
}

Buffer Encode(const VisionEncoder& vision_encoder, View<const float> pixels, int threads = 1) {
  ThreadPool pool(threads);
  Workspace workspace;
  Buffer features(pixels.rows / kCells * vision_encoder.shape().tokens, TinyVit::kWidth);
  vision_encoder.Encode(pixels, features.view(), workspace, {.pool = pool});
  return features;
}

void ExpectFormulas(const TinyVit& model, int blocks) {
  Buffer pixels = RandomPixels(1);
  const auto vision_encoder = LoadVisionEncoder(model);
  ASSERT_NE(vision_encoder, nullptr);
  ExpectClose(Encode(*vision_encoder, pixels.view()).ToMatrix(),
              ReferenceVit(model, pixels.ToMatrix(), blocks), kTolerance);
}

// The error of a file after `change`; empty when it loads.
std::string LoadChanged(const std::function<void(TinyVit&)>& change) {
  TinyVit model;
  change(model);
  const std::vector<std::byte> bytes = model.ToBytes();
  const Result<GgufFile> file = GgufFile::Parse(bytes);
  if (!file) return file.error().message;
  const auto vision_encoder = LoadVisionEncoder(*file);
  return vision_encoder ? "" : vision_encoder.error().message;
}

template <class T>
std::string LoadWith(std::string_view key, T value) {
  return LoadChanged([&](TinyVit& model) { model.keys[std::string(key)] = value; });
}

TEST(Vit, HasItsShape) {
  const VisionShape shape = LoadVisionEncoder(TinyVit())->shape();
  EXPECT_EQ(shape.preprocessing.size, 16);
  EXPECT_EQ(shape.preprocessing.mean[1], 0.4f);
  EXPECT_EQ(shape.tokens, 16);
  EXPECT_EQ(shape.width, 24);
  // Patches 16 * 48; 17 rows of six buffers of the width, one of the MLP and one for int8.
  EXPECT_EQ(shape.workspace_values,
            16 * 48 + 17 * (6 * 24 + 40 + QuantizedColumns(40) + QuantizedColumns(24)));
}

TEST(Vit, ClipWithoutItsLastBlockMatchesTheFormulas) { ExpectFormulas(TinyVit(), 2); }

TEST(Vit, ClipWithTheClassTokenInFrontMatchesTheFormulas) {
  ExpectFormulas(TinyVit({.is_class_first = true}), 2);
}

TEST(Vit, SiglipMatchesTheFormulas) {
  ExpectFormulas(TinyVit({.projector = "idefics3", .is_clip = false}), 3);
}

TEST(Vit, TheFileMayNameTheLayerOfTheFeatures) {
  for (const int layer : {1, 3}) {
    TinyVit model;
    model.keys[std::string(keys::kVisionFeatureLayer)] = std::vector<std::int32_t>{layer};
    ExpectFormulas(model, layer);
  }
}

TEST(Vit, MlpMatricesWithEachOthersNamesAreRecognized) {
  ExpectFormulas(TinyVit({.are_mlp_names_swapped = true}), 2);
}

TEST(Vit, PixelsThatFillNoPatchAreNotSeen) {
  TinyVit model;
  model.keys[std::string(keys::kImageSize)] = std::uint32_t{TinyVit::kImageSize + 3};
  const auto vision_encoder = LoadVisionEncoder(model);
  ASSERT_NE(vision_encoder, nullptr);
  Buffer small = RandomPixels(1), large(19 * 19, 3);
  for (int row = 0; row < 16; ++row) {
    for (int column = 0; column < 16; ++column) {
      std::ranges::copy(small.view().Row(row * 16 + column),
                        large.view().Row(row * 19 + column).data());
    }
  }
  ThreadPool pool(1);
  Workspace workspace;
  Buffer features(TinyVit::kPatches, TinyVit::kWidth);
  vision_encoder->Encode(large.view(), features.view(), workspace, {.pool = pool});
  EXPECT_EQ(features.values, Encode(*LoadVisionEncoder(TinyVit()), small.view()).values);
}

TEST(Vit, SeveralAtOnceEqualOneByOneOnAnyThreads) {
  const auto vision_encoder = LoadVisionEncoder(TinyVit());
  Buffer pixels = RandomPixels(3);
  const Buffer together = Encode(*vision_encoder, pixels.view(), 3);
  std::vector<float> alone;
  for (int n = 0; n < 3; ++n) {
    const Buffer features = Encode(*vision_encoder, pixels.view().Rows(n * kCells, kCells));
    alone.insert(alone.end(), features.values.begin(), features.values.end());
  }
  EXPECT_EQ(together.values, alone);
}

TEST(Vit, PreparesImagesAsItsProjectorWasTrained) {
  const Preprocessing llava = LoadVisionEncoder(TinyVit())->shape().preprocessing;
  EXPECT_EQ(llava.fit, Fit::kPad);
  EXPECT_EQ(llava.filter, Filter::kBicubic);
  EXPECT_EQ(llava.fill, (Color{127, 102, 76}));  // 127.5, 102, 76.5, rounded down
  EXPECT_EQ(llava.detail(), 16);
  const auto vision_encoder =
      LoadVisionEncoder(TinyVit({.projector = "idefics3", .is_clip = false}));
  const Preprocessing smolvlm = vision_encoder->shape().preprocessing;
  EXPECT_EQ(smolvlm.fit, Fit::kStretch);
  EXPECT_EQ(smolvlm.filter, Filter::kLanczos3);
  EXPECT_EQ(smolvlm.longest_edge, 64);
}

TEST(Vit, EveryTensorOfABlockThatIsRunIsNeeded) {
  const TinyVit whole;
  for (const auto& entry : whole.tensors) {
    const std::string& name = entry.first;
    const std::string error = LoadChanged([&](TinyVit& model) { model.tensors.erase(name); });
    if (name.starts_with("v.blk.2.") || name.starts_with("mm.") || name == "v.pre_ln.weight") {
      EXPECT_EQ(error, "") << name;
    } else if (name == "v.class_embd") {
      EXPECT_EQ(error, "gguf: tensor 'v.position_embd.weight': expected [16, 24], found [17, 24]");
    } else {
      EXPECT_THAT(error, HasSubstr("'" + name + "'"));
    }
  }
}

TEST(Vit, EveryKeyIsNeeded) {
  const TinyVit whole;
  for (const auto& entry : whole.keys) {
    const std::string& name = entry.first;
    const std::string error = LoadChanged([&](TinyVit& model) { model.keys.erase(name); });
    if (name == keys::kArchitecture || name == keys::kProjectionDim || name == keys::kUseGelu ||
        name == keys::kProjectorType) {
      EXPECT_EQ(error, "") << name;
    } else {
      EXPECT_THAT(error, HasSubstr(name));
    }
  }
}

TEST(Vit, NumbersOutOfRange) {
  for (const std::string_view key :
       {keys::kImageSize, keys::kPatchSize, keys::kVisionEmbeddingLength,
        keys::kVisionFeedForwardLength, keys::kVisionBlockCount, keys::kVisionHeadCount}) {
    for (const std::int64_t value : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{2147483647},
                                     std::numeric_limits<std::int64_t>::max()}) {
      EXPECT_THAT(LoadWith(key, value), HasSubstr(key)) << value;
    }
  }
  EXPECT_THAT(LoadWith(keys::kVisionLayerNormEpsilon, 0.0f), HasSubstr("epsilon"));
}

TEST(Vit, PartsThatDoNotFit) {
  EXPECT_EQ(
      LoadWith(keys::kVisionHeadCount, std::uint32_t{5}),
      "model: key 'clip.vision.attention.head_count': expected a divisor of the width 24 that "
      "leaves at most 256 per head, found 5");
  EXPECT_EQ(LoadWith(keys::kPatchSize, std::uint32_t{5}),
            "gguf: tensor 'v.patch_embd.weight': expected [24, 3, 5, 5], found [24, 3, 4, 4]");
  EXPECT_EQ(LoadWith(keys::kImageSize, std::uint32_t{20}),
            "gguf: tensor 'v.position_embd.weight': expected [26, 24], found [17, 24]");
  EXPECT_EQ(LoadWith(keys::kVisionBlockCount, std::uint32_t{5}),
            "gguf: tensor 'v.blk.3.ln1.weight': not in the file");
  using Ints = std::vector<std::int32_t>;
  EXPECT_THAT(LoadWith(keys::kVisionFeatureLayer, Ints{4}), HasSubstr("expected 1 to 3, found 4"));
  EXPECT_THAT(LoadWith(keys::kVisionFeatureLayer, Ints{1, 2}), HasSubstr("feature_layer"));
  EXPECT_THAT(LoadWith(keys::kUseGelu, std::uint32_t{1}), HasSubstr("clip.use_gelu"));
  EXPECT_EQ(LoadChanged([](TinyVit& model) {
              model.keys[std::string(keys::kUseGelu)] = true;
              model.keys[std::string(keys::kUseSilu)] = true;
            }),
            "model: key 'clip.use_silu': expected false beside clip.use_gelu, found true");
  EXPECT_THAT(LoadWith(keys::kProjectorType, std::string("resampler")),
              HasSubstr("expected one of mlp, ldp, ldpv2, idefics3"));
}

// A small file that requires a large image.
TEST(Vit, MemoryIsBounded) {
  const auto with_image = [](int side, int patch, int width) {
    return LoadChanged([=](TinyVit& model) {
      model.keys[std::string(keys::kImageSize)] = static_cast<std::uint32_t>(side);
      model.keys[std::string(keys::kPatchSize)] = static_cast<std::uint32_t>(patch);
      model.keys[std::string(keys::kVisionEmbeddingLength)] = static_cast<std::uint32_t>(width);
      model.keys[std::string(keys::kVisionHeadCount)] = static_cast<std::uint32_t>(width / 8);
    });
  };
  EXPECT_EQ(with_image(2048, 1, 24),
            "model: key 'clip.vision.patch_size': expected at most 4096 patches, found 4194304");
  EXPECT_THAT(with_image(2048, 32, 65536), HasSubstr("model: vision encoder: expected at most"));
  EXPECT_THAT(with_image(2048, 32, 768), HasSubstr("'v.patch_embd.weight': expected [768, 3, 32"));
}

}  // namespace
}  // namespace edgevlm
