// Models in several files: GgufFile of all parts, MappedParts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>

#include "gguf/mapped_parts.h"
#include "gguf/names.h"
#include "gguf/writer.h"

namespace edgevlm {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

struct PartKind {
  std::uint16_t number = 0;
  std::uint16_t count = 2;
  std::int32_t tensors = 3;  // of all parts
};

// As gguf-split writes them: the first holds the model's keys, each some tensors.
std::vector<std::byte> Part(const PartKind& kind, const std::vector<std::string>& tensors) {
  GgufWriter writer;
  if (kind.number == 0) writer.Add(keys::kName, std::string("cut"));
  writer.Add(keys::kSplitNumber, kind.number);
  writer.Add(keys::kSplitCount, kind.count);
  writer.Add(keys::kSplitTensors, kind.tensors);
  std::deque<std::array<float, 3>> values;  // as long as the writer, at the same place
  for (const std::string& name : tensors) {
    values.push_back({static_cast<float>(name.back()), 2, 3});
    writer.AddTensor(name, DType::kF32, {3}, std::as_bytes(std::span(values.back())));
  }
  return *writer.ToBytes();
}

Result<GgufFile> ParseAll(const std::vector<std::vector<std::byte>>& files) {
  const std::vector<std::span<const std::byte>> parts(files.begin(), files.end());
  return GgufFile::Parse(parts);
}

std::string PartsMessage(const std::vector<std::vector<std::byte>>& files) {
  const auto file = ParseAll(files);
  return file ? "no error" : file.error().message;
}

TEST(GgufParts, ReadAsOneFile) {
  const std::vector<std::vector<std::byte>> files = {Part({.number = 0}, {"a", "c"}),
                                                     Part({.number = 1}, {"b"})};
  const auto file = ParseAll(files);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(*file->String(keys::kName), "cut");
  EXPECT_FALSE(file->HasKey(keys::kSplitCount));
  EXPECT_FALSE(file->HasKey(keys::kSplitNumber));
  EXPECT_FALSE(file->HasKey(keys::kSplitTensors));
  ASSERT_EQ(file->tensors().size(), 3u);
  for (const char* name : {"a", "b", "c"}) {
    ASSERT_TRUE(file->HasTensor(name)) << name;
    EXPECT_EQ((*ToFloats(file->FindTensor(name)->view))[0], static_cast<float>(name[0]));
  }
}

TEST(GgufParts, ThoseThatDoNotBelongTogetherAreErrors) {
  const auto first = Part({.number = 0}, {"a", "c"});
  const auto second = Part({.number = 1}, {"b"});
  EXPECT_EQ(
      PartsMessage({first}),
      "gguf: expected a whole model, found part 1 of 2 (the others are found by names that end "
      "in -00001-of-00002.gguf)");
  EXPECT_THAT(PartsMessage({second}), HasSubstr("found part 2 of 2"));
  EXPECT_EQ(PartsMessage({second, first}),
            "part 1 of 2: gguf: expected part 1 of 2, found part 2 of 2");
  EXPECT_EQ(PartsMessage({first, first}),
            "part 2 of 2: gguf: expected part 2 of 2, found part 1 of 2");
  EXPECT_EQ(PartsMessage({first, Part({.number = 1, .count = 3}, {"b"})}),
            "part 2 of 2: gguf: expected part 2 of 2, found part 2 of 3");
  EXPECT_EQ(PartsMessage({first, Part({.number = 1}, {"a"})}), "gguf: tensor 'a': occurs twice");
  EXPECT_EQ(PartsMessage({first, Part({.number = 1}, {})}),
            "gguf: tensors of all parts: expected 3, found 2");
  EXPECT_THAT(PartsMessage({first, std::vector<std::byte>(9)}),
              HasSubstr("part 2 of 2: gguf: header"));
}

TEST(GgufParts, CutAnywhereIsAnError) {
  const auto first = Part({.number = 0}, {"a", "c"});
  const auto second = Part({.number = 1}, {"b"});
  for (std::size_t size = 0; size < second.size() - 20; ++size) {  // 20: padding of the last tensor
    EXPECT_FALSE(ParseAll({first, {second.begin(), second.begin() + static_cast<long>(size)}}))
        << size;
  }
  ASSERT_TRUE(ParseAll({first, second}));
}

TEST(PartName, IsWhatGgufSplitWrites) {
  const auto name = ParsePartName("models/tiny-q8-00002-of-00013.gguf");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->prefix, "models/tiny-q8");
  EXPECT_EQ(name->number, 2);
  EXPECT_EQ(name->count, 13);
  EXPECT_EQ(name->Of(12), "models/tiny-q8-00012-of-00013.gguf");
  for (const char* other :
       {"tiny.gguf", "tiny-00001-of-00002.bin", "tiny-0001-of-0002.gguf",
        "tiny-00000-of-00002.gguf", "tiny-00003-of-00002.gguf", "tiny-0000a-of-00002.gguf",
        "tiny-00001_of_00002.gguf", "-00001-of-00002.gguf", "tiny_00001-of-00002.gguf", ""}) {
    EXPECT_FALSE(ParsePartName(other)) << other;
  }
}

class MappedPartsTest : public ::testing::Test {
 protected:
  MappedPartsTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "parts-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~MappedPartsTest() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& name, const std::vector<std::byte>& bytes) const {
    const std::string path = (folder_ / name).string();
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<long>(bytes.size()));
    return path;
  }

  static std::string PartsMessage(const std::string& path) {
    const auto parts = MappedParts::Open(path);
    return parts ? "no error" : parts.error().message;
  }

  std::filesystem::path folder_;
  const std::vector<std::byte> part1_ = Part({.number = 0}, {"a", "c"});
  const std::vector<std::byte> part2_ = Part({.number = 1}, {"b"});
};

TEST_F(MappedPartsTest, FindsTheOthers) {
  const std::string first = Write("m-00001-of-00002.gguf", part1_);
  EXPECT_THAT(PartsMessage(first),
              EndsWith("m-00002-of-00002.gguf: no such file (part 2 of 2 of the model)"));
  const std::string second = Write("m-00002-of-00002.gguf", part2_);
  const auto parts = MappedParts::Open(first);
  ASSERT_TRUE(parts) << parts.error().message;
  const auto file = GgufFile::Parse(parts->bytes());
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(*ToFloats(file->FindTensor("b")->view), (std::vector<float>{'b', 2, 3}));
  parts->Forget(file->FindTensor("b")->view.bytes);
  EXPECT_FALSE(parts->CheckUnchanged());
  std::filesystem::resize_file(second, 10);
  EXPECT_TRUE(parts->CheckUnchanged());
}

TEST_F(MappedPartsTest, SaysWhichFileIsWanted) {
  const std::string first = Write("m-00001-of-00002.gguf", part1_);
  const std::string second = Write("m-00002-of-00002.gguf", part2_);
  EXPECT_EQ(PartsMessage(second),
            second + ": part 2 of 2 of a model: expected the first, " + first);
  EXPECT_THAT(PartsMessage(Write("m-00001-of-00003.gguf", part1_)),
              HasSubstr("expected a model in 3 parts, as its name says, found one in 2"));
  EXPECT_THAT(PartsMessage(Write("m-00001-of-00999.gguf", Part({.count = 999}, {"a"}))),
              HasSubstr("expected at most 256 parts of a model, found 999"));
}

// The keys of the file decide; a name alone does not make it a part.
TEST_F(MappedPartsTest, AWholeModelMayHaveSuchAName) {
  GgufWriter writer;
  writer.Add(keys::kName, std::string("whole"));
  const auto parts = MappedParts::Open(Write("m-00002-of-00002.gguf", *writer.ToBytes()));
  ASSERT_TRUE(parts) << parts.error().message;
  EXPECT_TRUE(GgufFile::Parse(parts->bytes()));
  EXPECT_EQ(PartsMessage(Write("text-00001-of-00002.gguf", std::vector<std::byte>(40))),
            "no error");
}

}  // namespace
}  // namespace edgevlm
