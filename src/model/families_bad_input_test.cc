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
  std::string with = {};     // another one
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
    writer.AddTensor(changes.with, DType::kF32, {1}, std::vector<std::byte>(4));
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
      {keys::kProjectorScaleFactor, std::uint32_t{0}},
      {keys::kProjectorScaleFactor, std::uint32_t{7}},
      {keys::kProjectorScaleFactor, std::uint32_t{3000000000u}},
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
    Families, ImageFile, ::testing::Values("gemma3-mmproj.gguf", "internvl-mmproj.gguf"),
    [](const auto& info) {
      return std::string(info.param).substr(0, std::string(info.param).find('-'));
    });

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

}  // namespace
}  // namespace edgevlm
