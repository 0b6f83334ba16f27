// Invalid files: each gives an error that states what and where, none a crash.
#include "model/families.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "model/testing/tiny_model.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

// "decoder", "vision encoder" and "projector" errors in a row; empty when all load.
std::string LoadFamily(const TinyModel& model) {
  const std::vector<std::byte> bytes = model.ToBytes();
  const Result<GgufFile> file = GgufFile::Parse(bytes);
  if (!file) return file.error().message;
  const auto decoder = LoadDecoder(*file);
  if (!decoder) return decoder.error().message;
  const auto vision_encoder = LoadVisionEncoder(*file);
  if (!vision_encoder) return vision_encoder.error().message;
  const auto projector = LoadProjector(*file);
  return projector ? "" : projector.error().message;
}

std::string LoadChanged(const std::function<void(TinyModel&)>& change) {
  TinyModel model(30);
  change(model);
  return LoadFamily(model);
}

template <class T>
void SetKey(TinyModel& model, std::string_view key, T value) {
  model.keys[std::string(key)] = value;
}

TEST(Families, TheTinyModelLoads) { EXPECT_EQ(LoadFamily(TinyModel(30)), ""); }

TEST(Families, EveryTensorIsNeeded) {
  const TinyModel whole(30);
  for (const auto& entry : whole.tensors) {
    const std::string& name = entry.first;
    const std::string error = LoadChanged([&](TinyModel& model) { model.tensors.erase(name); });
    // Without its first tensor, there is no squeeze and excitation.
    if (name.ends_with("se_reduce.weight")) {
      EXPECT_EQ(error, "") << name;
    } else {
      EXPECT_THAT(error, HasSubstr("'" + name + "'"));
    }
  }
}

TEST(Families, EveryTensorNeedsItsShape) {
  const TinyModel whole(30);
  for (const auto& entry : whole.tensors) {
    const std::string& name = entry.first;
    // One more row, and the values for it.
    const std::string error = LoadChanged([&](TinyModel& model) {
      TinyTensor& changed = model.tensors[name];
      std::vector<std::int64_t> extents(changed.shape.extents().begin(),
                                        changed.shape.extents().end());
      changed.values.resize(changed.values.size() +
                            changed.values.size() / static_cast<std::size_t>(extents[0]));
      ++extents[0];
      changed.shape = Shape(extents);
    });
    // The embeddings give the vocabulary size.
    EXPECT_EQ(error.empty(), name == "token_embd.weight") << name;
  }
}

TEST(Families, EveryKeyIsNeeded) {
  const TinyModel whole(30);
  for (const auto& entry : whole.keys) {
    const std::string& name = entry.first;
    const std::string error = LoadChanged([&](TinyModel& model) { model.keys.erase(name); });
    if (name == keys::kName || name == keys::kHasVisionEncoder) continue;
    // The widths of the projector are those of its tensors; one of unknown type with these is an
    // MLP.
    if (name == keys::kProjectionDim || name == keys::kProjectorType) {
      EXPECT_EQ(error, "") << name;
    } else if (name == keys::kVisionEncoder) {
      EXPECT_THAT(error, HasSubstr("'clip.vision.feed_forward_length'"));  // taken for a ViT
    } else {
      EXPECT_THAT(error, HasSubstr(name));
    }
  }
}

TEST(Families, EveryKeyNeedsItsType) {
  const TinyModel whole(30);
  for (const auto& entry : whole.keys) {
    const std::string& name = entry.first;
    const std::string error =
        LoadChanged([&](TinyModel& model) { model.keys[name] = std::vector<std::string>{"a"}; });
    if (name == keys::kName || name == keys::kHasVisionEncoder || name == keys::kProjectionDim) {
      continue;
    }
    EXPECT_THAT(error, HasSubstr(name));
  }
}

TEST(Families, NumbersOutOfRange) {
  for (const std::string& key :
       {keys::ContextLength("gpt2"), keys::EmbeddingLength("gpt2"), keys::BlockCount("gpt2"),
        keys::FeedForwardLength("gpt2"), keys::HeadCount("gpt2"), std::string(keys::kImageSize),
        std::string(keys::kVisionEmbeddingLength)}) {
    for (const std::int64_t value : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{2147483647},
                                     std::numeric_limits<std::int64_t>::max()}) {
      EXPECT_NE(LoadChanged([&](TinyModel& model) { SetKey(model, key, value); }), "")
          << key << " " << value;
    }
  }
}

TEST(Families, Epsilon) {
  const std::string key = keys::LayerNormEpsilon("gpt2");
  for (const float value : {0.0f, -1.0f, 2.0f, std::numeric_limits<float>::quiet_NaN(),
                            std::numeric_limits<float>::infinity()}) {
    EXPECT_THAT(LoadChanged([&](TinyModel& model) { SetKey(model, key, value); }), HasSubstr(key));
  }
}

TEST(Families, HeadsMustDivideTheWidth) {
  const std::string error = LoadChanged(
      [](TinyModel& model) { SetKey(model, keys::HeadCount("gpt2"), std::uint32_t{5}); });
  EXPECT_EQ(error,
            "model: key 'gpt2.attention.head_count': expected a divisor of the width 24 that "
            "leaves at most 256 per head, found 5");
}

TEST(Families, UnknownNamesAreListedAgainstKnownOnes) {
  const std::string unknown = LoadChanged(
      [](TinyModel& model) { SetKey(model, keys::kArchitecture, std::string("mamba")); });
  EXPECT_THAT(unknown, HasSubstr("'general.architecture': expected one of gpt2, "));
  EXPECT_THAT(unknown, HasSubstr(", found 'mamba'"));
  EXPECT_THAT(LoadChanged([](TinyModel& model) {
                SetKey(model, keys::kVisionEncoder, std::string(100000, 'x'));
              }),
              HasSubstr("mobilenet_v3"));
  EXPECT_THAT(
      LoadChanged([](TinyModel& model) { SetKey(model, keys::kProjectorType, std::string()); }),
      HasSubstr("mlp"));
}

TEST(Families, WeightsMustBeFinite) {
  EXPECT_EQ(LoadChanged([](TinyModel& model) {
              model.tensors["blk.1.ffn_up.bias"].values[3] =
                  std::numeric_limits<float>::quiet_NaN();
            }),
            "model: tensor 'blk.1.ffn_up.bias': expected finite numbers, found NaN or infinity");
}

TEST(Families, BlockArrays) {
  using Ints = std::vector<std::int32_t>;
  const auto with = [](std::string_view key, const GgufValue& value) {
    return LoadChanged([&](TinyModel& model) { model.keys[std::string(key)] = value; });
  };
  EXPECT_THAT(with(keys::kMobileNetStride, Ints{}), HasSubstr("stride"));
  EXPECT_THAT(with(keys::kMobileNetStride, Ints{2, 1}), HasSubstr("kernel"));
  EXPECT_THAT(with(keys::kMobileNetStride, Ints{2, 0, 2}), HasSubstr("stride"));
  EXPECT_THAT(with(keys::kMobileNetKernel, Ints{3, 4, 3}), HasSubstr("odd"));
  EXPECT_THAT(with(keys::kMobileNetKernel, Ints{3, -5, 3}), HasSubstr("kernel"));
  EXPECT_THAT(with(keys::kMobileNetKernel, Ints{3, 3, 3}), HasSubstr("v.blk.1.depthwise"));
  EXPECT_THAT(with(keys::kMobileNetHardSwish, std::vector<bool>{true}), HasSubstr("hard_swish"));
  EXPECT_THAT(with(keys::kImageStd, std::vector<float>{1, 0, 1}), HasSubstr("image_std"));
  EXPECT_THAT(with(keys::kImageMean, std::vector<float>{1, 1}), HasSubstr("image_mean"));
}

// A small file that requires an image of 2048 x 2048 with many channels.
TEST(Families, MemoryIsBounded) {
  const std::string error = LoadChanged([](TinyModel& model) {
    SetKey(model, keys::kImageSize, std::uint32_t{2048});
    model.tensors["v.blk.0.depthwise.weight"] = {{4096, 1, 3, 3}, std::vector<float>(4096 * 9)};
    model.tensors["v.blk.0.depthwise.bias"] = {{4096}, std::vector<float>(4096)};
    model.tensors["v.blk.0.expand.weight"] = {{4096, 16, 1, 1}, std::vector<float>(4096 * 16)};
    model.tensors["v.blk.0.expand.bias"] = {{4096}, std::vector<float>(4096)};
    model.tensors["v.blk.0.project.weight"] = {{12, 4096, 1, 1}, std::vector<float>(4096 * 12)};
    model.tensors.erase("v.blk.0.se_reduce.weight");
  });
  EXPECT_THAT(error, HasSubstr("model: vision encoder: expected at most"));
}

}  // namespace
}  // namespace edgevlm
