// The files of tests/data/families with something missing, added, wrong or cut off.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/golden_files.h"
#include "gguf/names.h"
#include "gguf/writer.h"
#include "model/families.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

struct Changes {
  std::string without = {};  // a tensor
  std::string with = {};     // another one, of zeros
  Shape shape = {1};         // of it
  std::string key = {};      // has this value
  GgufValue value = {};
};

std::vector<std::byte> Changed(const GgufFile& file, const Changes& changes) {
  GgufWriter writer;
  for (const GgufKey& key : file.keys()) {
    if (key.name != changes.key) writer.Add(key.name, file.Value(key));
  }
  if (!changes.key.empty()) writer.Add(changes.key, changes.value);
  for (const GgufTensor& tensor : file.tensors()) {
    if (tensor.name == changes.without) continue;
    writer.AddTensor(tensor.name, tensor.view.dtype, tensor.view.shape, tensor.view.bytes);
  }
  if (!changes.with.empty()) {
    writer.AddTensor(changes.with, DType::kF32, changes.shape,
                     std::vector<std::byte>(*BytesOf(DType::kF32, changes.shape)));
  }
  return *writer.ToBytes();
}

// The error of loading an image encoder; "loaded" if there is none.
std::string ErrorOf(std::span<const std::byte> bytes) {
  const auto file = GgufFile::Parse(bytes);
  if (!file) return file.error().message;
  const auto vision = LoadVisionEncoder(*file);
  if (!vision) return vision.error().message;
  const auto projector = LoadProjector(*file);
  return projector ? "loaded" : projector.error().message;
}

// The same of a decoder.
std::string DecoderErrorOf(std::span<const std::byte> bytes) {
  const auto file = GgufFile::Parse(bytes);
  if (!file) return file.error().message;
  const auto decoder = LoadDecoder(*file);
  return decoder ? "loaded" : decoder.error().message;
}

class ImageFile : public ::testing::TestWithParam<const char*> {
 protected:
  const MappedFile mapped_ = OpenGolden(std::string("families/") + GetParam());
  const GgufFile file_ = *GgufFile::Parse(mapped_.bytes());
};

TEST_P(ImageFile, NeedsEveryTensorAndNoOther) {
  EXPECT_EQ(ErrorOf(Changed(file_, {})), "loaded");
  for (const GgufTensor& tensor : file_.tensors()) {
    const std::string name(tensor.name);
    EXPECT_THAT(ErrorOf(Changed(file_, {.without = name})), HasSubstr("'" + name + "'"));
  }
  for (const char* name : {"v.pre_ln.weight", "v.blk.0.attn_q_norm.weight", "v.blk.2.ln1.weight",
                           "mm.2.weight", "mm.input_projection.bias"}) {
    EXPECT_THAT(ErrorOf(Changed(file_, {.with = name})), HasSubstr(name));
  }
}

TEST_P(ImageFile, RefusesNonsense) {
  const std::pair<std::string_view, GgufValue> wrong[] = {
      {keys::kVisionHeadCount, std::uint32_t{0}},
      {keys::kVisionHeadCount, std::uint32_t{5}},
      {keys::kVisionBlockCount, std::uint32_t{3}},
      {keys::kVisionEmbeddingLength, std::uint32_t{1u << 30}},
      {keys::kPatchSize, std::uint32_t{0}},
      {keys::kPatchSize, std::uint32_t{1}},
      {keys::kImageSize, std::uint32_t{100000}},
      {keys::kVisionLayerNormEpsilon, -1.0f}};
  for (const auto& [key, value] : wrong) {
    const std::string error = ErrorOf(Changed(file_, {.key = std::string(key), .value = value}));
    EXPECT_NE(error, "loaded") << key;
    EXPECT_EQ(error.find('\n'), std::string::npos);
  }
}

// Where a file ends early, its last tensors lie outside of it.
TEST_P(ImageFile, MayEndAnywhere) {
  const std::span<const std::byte> bytes = mapped_.bytes();
  for (std::size_t length = 0; length < bytes.size(); length += 1 + bytes.size() / 300) {
    const std::vector<std::byte> part(bytes.begin(),
                                      bytes.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_NE(ErrorOf(part), "loaded") << length;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Families, ImageFile,
    ::testing::Values("gemma3-mmproj.gguf", "internvl-mmproj.gguf", "blip2-mmproj.gguf"),
    [](const auto& info) {
      return std::string(info.param).substr(0, std::string(info.param).find('-'));
    });

class ShuffledImageFile : public ImageFile {};

TEST_P(ShuffledImageFile, RefusesNonsenseScales) {
  const std::string key(keys::kProjectorScaleFactor);
  for (const std::uint32_t scale : {0u, 7u, 3000000000u}) {
    EXPECT_THAT(ErrorOf(Changed(file_, {.key = key, .value = scale})), HasSubstr(key));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Families, ShuffledImageFile, ::testing::Values("gemma3-mmproj.gguf", "internvl-mmproj.gguf"),
    [](const auto& info) {
      return std::string(info.param).substr(0, std::string(info.param).find('-'));
    });

TEST(QFormerFile, RefusesOtherTensors) {
  const MappedFile mapped = OpenGolden("families/blip2-mmproj.gguf");
  const GgufFile file = *GgufFile::Parse(mapped.bytes());
  for (const char* name : {"v.proj_blk.1.cross_attn_q.weight", "v.proj_blk.3.ffn_up.weight",
                           "v.proj_linear.scale", "v.blk.0.attn_k.bias"}) {
    EXPECT_THAT(ErrorOf(Changed(file, {.with = name})), HasSubstr(name));
  }
  const Shape shapes[] = {{1025, 128}, {4, 64}, {8, 127}};
  for (const Shape& shape : shapes) {
    const std::string error =
        ErrorOf(Changed(file, {.without = "v.proj_query", .with = "v.proj_query", .shape = shape}));
    EXPECT_THAT(error, HasSubstr("v.proj_query")) << shape.ToString();
    EXPECT_EQ(error.find('\n'), std::string::npos);
  }
}

TEST(QFormerFile, RefusesNonsense) {
  const MappedFile mapped = OpenGolden("families/blip2-mmproj.gguf");
  const GgufFile file = *GgufFile::Parse(mapped.bytes());
  const std::pair<std::string_view, GgufValue> wrong[] = {
      {keys::kQFormerHeadCount, std::uint32_t{0}},
      {keys::kQFormerHeadCount, std::uint32_t{3}},
      {keys::kQFormerHeadCount, std::uint32_t{1u << 31}},
      {keys::kQFormerBlockCount, std::uint32_t{0}},
      {keys::kQFormerBlockCount, std::uint32_t{2}},
      {keys::kQFormerBlockCount, std::uint32_t{4}},
      {keys::kQFormerBlockCount, std::uint32_t{1u << 30}},
      {keys::kQFormerEmbeddingLength, std::uint32_t{64}},
      {keys::kQFormerEmbeddingLength, std::uint32_t{1u << 30}},
      {keys::kQFormerFeedForwardLength, std::uint32_t{191}},
      {keys::kPatchSize, std::uint32_t{1}},
      {keys::kQFormerLayerNormEpsilon, -1.0f},
      {keys::kClassTokenFirst, false}};
  for (const auto& [key, value] : wrong) {
    const std::string error = ErrorOf(Changed(file, {.key = std::string(key), .value = value}));
    EXPECT_NE(error, "loaded") << key;
    EXPECT_EQ(error.find('\n'), std::string::npos);
  }
}

TEST(OptFile, NeedsEveryTensorAndNoOther) {
  const MappedFile mapped = OpenGolden("families/opt-text.gguf");
  const GgufFile file = *GgufFile::Parse(mapped.bytes());
  EXPECT_EQ(DecoderErrorOf(Changed(file, {})), "loaded");
  for (const GgufTensor& tensor : file.tensors()) {
    const std::string name(tensor.name);
    EXPECT_THAT(DecoderErrorOf(Changed(file, {.without = name})), HasSubstr("'" + name + "'"));
  }
  for (const char* name : {"blk.0.attn_qkv.weight", "blk.0.ffn_gate.weight", "blk.2.ffn_up.bias"}) {
    EXPECT_THAT(DecoderErrorOf(Changed(file, {.with = name})), HasSubstr(name));
  }
}

TEST(OptFile, RefusesNonsense) {
  const MappedFile mapped = OpenGolden("families/opt-text.gguf");
  const GgufFile file = *GgufFile::Parse(mapped.bytes());
  const std::pair<std::string, GgufValue> wrong[] = {
      {keys::HeadCount("opt"), std::uint32_t{3}},
      {keys::HeadCount("opt"), std::uint32_t{0}},
      {keys::BlockCount("opt"), std::uint32_t{3}},
      {keys::ContextLength("opt"), std::uint32_t{130}},
      {keys::EmbeddingLength("opt"), std::uint32_t{1u << 31}},
      {keys::LayerNormEpsilon("opt"), 2.0f}};
  for (const auto& [key, value] : wrong) {
    EXPECT_NE(DecoderErrorOf(Changed(file, {.key = key, .value = value})), "loaded") << key;
  }
}

TEST(InternVlTiles, AreLimited) {
  const MappedFile mapped = OpenGolden("families/internvl-mmproj.gguf");
  const GgufFile file = *GgufFile::Parse(mapped.bytes());
  for (const auto& [key, value] :
       {std::pair(keys::kPreprocMaxTiles, 0u), std::pair(keys::kPreprocMaxTiles, 1000u),
        std::pair(keys::kPreprocMinTiles, 13u)}) {
    EXPECT_THAT(ErrorOf(Changed(file, {.key = std::string(key), .value = std::uint32_t{value}})),
                HasSubstr(std::string(key)));
  }
}

// The same of an audio encoder.
std::string SoundErrorOf(std::span<const std::byte> bytes) {
  const auto file = GgufFile::Parse(bytes);
  if (!file) return file.error().message;
  const auto encoder = LoadSoundEncoder(*file);
  return encoder ? "loaded" : encoder.error().message;
}

class SoundModelFile : public ::testing::TestWithParam<const char*> {
 protected:
  const MappedFile mapped_ = OpenGolden(std::string("families/") + GetParam());
  const GgufFile file_ = *GgufFile::Parse(mapped_.bytes());
};

TEST_P(SoundModelFile, NeedsEveryTensorAndNoOther) {
  EXPECT_EQ(SoundErrorOf(Changed(file_, {})), "loaded");
  for (const GgufTensor& tensor : file_.tensors()) {
    const std::string name(tensor.name);
    EXPECT_THAT(SoundErrorOf(Changed(file_, {.without = name})), HasSubstr("'" + name + "'"));
  }
  for (const char* name : {"a.blk.2.ln1.weight", "a.pre_ln.weight", "mm.a.norm_post.weight"}) {
    EXPECT_THAT(SoundErrorOf(Changed(file_, {.with = name})), HasSubstr(name));
  }
}

TEST_P(SoundModelFile, RefusesNonsense) {
  for (const std::string_view key :
       {keys::kAudioMelBands, keys::kAudioEmbeddingLength, keys::kAudioFeedForwardLength,
        keys::kAudioBlockCount, keys::kAudioHeadCount}) {
    for (const std::uint32_t value : {0u, 3u, 81u, 1u << 31}) {
      const std::string error =
          SoundErrorOf(Changed(file_, {.key = std::string(key), .value = value}));
      EXPECT_NE(error, "loaded") << key << " " << value;
    }
  }
  EXPECT_THAT(SoundErrorOf(Changed(
                  file_, {.key = std::string(keys::kProjectorType), .value = std::string("mlp")})),
              HasSubstr("'clip.projector_type': expected one of qwen2a, ultravox, found 'mlp'"));
}

TEST_P(SoundModelFile, IsCutAnywhere) {
  const std::span<const std::byte> bytes = mapped_.bytes();
  for (std::size_t size = 0; size < bytes.size(); size += size < 4096 ? 31 : 4001) {
    EXPECT_NE(SoundErrorOf(bytes.first(size)), "loaded") << size;
  }
}

INSTANTIATE_TEST_SUITE_P(Families, SoundModelFile,
                         ::testing::Values("ultravox-mmproj.gguf", "qwen2a-mmproj.gguf"));

TEST(UltravoxFile, NeedsItsStackFactor) {
  const MappedFile mapped = OpenGolden("families/ultravox-mmproj.gguf");
  const GgufFile file = *GgufFile::Parse(mapped.bytes());
  const auto error = [&](std::uint32_t factor) {
    return SoundErrorOf(Changed(file, {.key = std::string(keys::kStackFactor), .value = factor}));
  };
  EXPECT_THAT(error(0), HasSubstr("'clip.audio.projector.stack_factor': expected 1 to 64"));
  // 512 columns are eight rows of 64, not four.
  EXPECT_THAT(error(4), HasSubstr("'mm.a."));
  EXPECT_THAT(error(3), HasSubstr("'mm.a."));
}

}  // namespace
}  // namespace edgevlm
