#include "engine/teacher_encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/testing/golden_files.h"
#include "engine/testing/tiny_engine.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

// A file without decoder, projector and tokenizer.
std::string WriteEncoderAlone(TinyModel model) {
  std::erase_if(model.tensors, [](const auto& tensor) { return !tensor.first.starts_with("v."); });
  std::erase_if(model.keys, [](const auto& key) { return !key.first.starts_with("clip."); });
  const std::vector<std::byte> bytes = model.ToBytes();
  std::string path = ::testing::TempDir() + "teacher_encoder.gguf";
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  return path;
}

TEST(TeacherEncoder, ComputesTheFeaturesThatTheWholeModelHas) {
  const Engine engine = TinyEngine();
  const std::string path = WriteEncoderAlone(TinyWithTokenizer());
  Result<TeacherEncoder> alone = TeacherEncoder::Load(path, 1);
  std::filesystem::remove(path);
  ASSERT_TRUE(alone.ok()) << alone.error().message;
  const TeacherEngine whole(engine);
  const Image image = TinyPattern(20, 30);
  const Result<TeacherImage> expected = whole.Encode(image, true);
  ASSERT_TRUE(expected.ok());
  const TeacherImage found = alone->Encode(image, true);
  EXPECT_EQ(found.features, expected->features);
  EXPECT_EQ(found.feature_width, expected->feature_width);
  EXPECT_EQ(found.feature_grid_width, expected->feature_grid_width);
  EXPECT_EQ(found.encoded, nullptr);
  EXPECT_EQ(alone->keeps_proportions(), whole.keeps_proportions());
  EXPECT_EQ(alone->Encode(image, false).features, found.features) << "it keeps nothing";
}

TEST(TeacherEncoder, RejectsWhatHasNoGridOfFeatures) {
  const auto message = [](const std::string& file) {
    const Result<TeacherEncoder> encoder = TeacherEncoder::Load(GoldenPath("families/" + file), 1);
    return encoder ? std::string("no error") : encoder.error().message;
  };
  EXPECT_THAT(message("qwen2vl-mmproj.gguf"), HasSubstr("expected one with a fixed input size"));
  EXPECT_THAT(message("qwen2vl-text.gguf"), HasSubstr("qwen2vl-text.gguf: "));
  EXPECT_THAT(message("none.gguf"), HasSubstr("none.gguf"));
}

}  // namespace
}  // namespace edgevlm
