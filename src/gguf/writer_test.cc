#include "gguf/writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>

#include "base/mapped_file.h"
#include "gguf/names.h"
#include "gguf/reader.h"

namespace edgevlm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

template <class T>
void AddEnds(GgufWriter& writer, const std::string& name) {
  const T low = std::numeric_limits<T>::lowest();
  const T high = std::numeric_limits<T>::max();
  writer.Add(name + ".low", low);
  writer.Add(name + ".high", high);
  writer.Add(name + ".array", std::vector<T>{low, 0, high});
  writer.Add(name + ".none", std::vector<T>{});
}

// A file with every type of value and a few tensors; the last one needs no padding, so that every
// byte of the file matters.
GgufWriter SmallFile() {
  GgufWriter writer;
  writer.Add(keys::kArchitecture, "gpt2");
  AddEnds<std::uint8_t>(writer, "uint8");
  AddEnds<std::int8_t>(writer, "int8");
  AddEnds<std::uint16_t>(writer, "uint16");
  AddEnds<std::int16_t>(writer, "int16");
  AddEnds<std::uint32_t>(writer, "uint32");
  AddEnds<std::int32_t>(writer, "int32");
  AddEnds<std::uint64_t>(writer, "uint64");
  AddEnds<std::int64_t>(writer, "int64");
  AddEnds<float>(writer, "float32");
  AddEnds<double>(writer, "float64");
  writer.Add("bool", true);
  writer.Add("bool.array", std::vector<bool>{true, false, true});
  writer.Add("string.empty", "");
  writer.Add("string.array", std::vector<std::string>{"a", "", "\xc3\xa9 with \n", "z"});
  writer.AddTensor("bias", DType::kF32, {3}, *FromFloats(std::vector<float>{1, 2, 3}, DType::kF32));
  writer.AddTensor("matrix", DType::kF16, {2, 3},
                   *FromFloats(std::vector<float>{1, 2, 3, 4, 5, 6}, DType::kF16));
  writer.AddTensor("conv", DType::kBF16, {2, 1, 2, 4},
                   *FromFloats(std::vector<float>(16, 0.5f), DType::kBF16));
  return writer;
}

TEST(GgufWriter, EveryTypeOfValueComesBack) {
  const auto bytes = SmallFile().ToBytes();
  ASSERT_TRUE(bytes) << bytes.error().message;
  const auto file = GgufFile::Parse(*bytes);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->version(), 3u);

  // Writing what was read gives the same bytes.
  GgufWriter again;
  for (const GgufKey& key : file->keys()) again.Add(key.name, file->Value(key));
  for (const GgufTensor& tensor : file->tensors()) {
    again.AddTensor(tensor.name, tensor.view.dtype, tensor.view.shape, tensor.view.bytes);
  }
  EXPECT_EQ(*again.ToBytes(), *bytes);

  EXPECT_EQ(*file->String(keys::kArchitecture), "gpt2");
  EXPECT_EQ(*file->Int("int8.low"), -128);
  EXPECT_EQ(*file->Int("uint16.high"), 65535);
  EXPECT_EQ(*file->Int("int32.low"), std::numeric_limits<int>::min());
  EXPECT_THAT(*file->Ints("int16.array"), ElementsAre(-32768, 0, 32767));
  EXPECT_THAT(*file->Ints("uint64.none"), IsEmpty());
  EXPECT_EQ(*file->Float("float32.high"), std::numeric_limits<float>::max());
  EXPECT_TRUE(*file->Bool("bool"));
  EXPECT_THAT(*file->Bools("bool.array"), ElementsAre(true, false, true));
  EXPECT_THAT(*file->Strings("string.array"), ElementsAre("a", "", "\xc3\xa9 with \n", "z"));
  EXPECT_EQ(std::get<std::int64_t>(file->Value(*file->FindKey("int64.low"))),
            std::numeric_limits<std::int64_t>::min());
}

TEST(GgufWriter, TensorsComeBackAligned) {
  const auto bytes = SmallFile().ToBytes();
  const auto file = GgufFile::Parse(*bytes);
  ASSERT_TRUE(file);
  for (const GgufTensor& tensor : file->tensors()) {
    EXPECT_EQ((tensor.view.bytes.data() - bytes->data()) % 32, 0) << tensor.name;
  }
  const auto matrix = file->Tensor("matrix", {2, 3});
  ASSERT_TRUE(matrix) << matrix.error().message;
  EXPECT_THAT(*ToFloats(*matrix), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_EQ(file->Tensor("conv")->shape, (Shape{2, 1, 2, 4}));
  EXPECT_EQ(file->Tensor("bias", {1, 3})->shape, (Shape{1, 3}));
  EXPECT_EQ(file->Tensor("matrix", {3, 2}).error().message,
            "gguf: tensor 'matrix': expected [3, 2], found [2, 3]");
  EXPECT_EQ(file->Tensor("none").error().code, ErrorCode::kNotFound);
}

TEST(GgufWriter, CutAtEveryByteIsAnErrorNeverACrash) {
  const auto bytes = SmallFile().ToBytes();
  ASSERT_TRUE(GgufFile::Parse(*bytes).ok());
  for (std::size_t size = 0; size < bytes->size(); ++size) {
    // A separate copy, so that a sanitizer sees reads past the cut.
    const std::vector<std::byte> cut(bytes->begin(),
                                     bytes->begin() + static_cast<std::ptrdiff_t>(size));
    const auto file = GgufFile::Parse(cut);
    ASSERT_FALSE(file.ok()) << size << " of " << bytes->size();
    EXPECT_EQ(file.error().code, ErrorCode::kCorrupt) << size << ": " << file.error().message;
  }
}

std::string MessageOf(const GgufWriter& writer) {
  const auto bytes = writer.ToBytes();
  return bytes ? "" : bytes.error().message;
}

TEST(GgufWriter, RefusesWhatReadersWouldRefuse) {
  const std::vector<std::byte> twelve(12);
  GgufWriter twice;
  twice.Add("a", 1);
  twice.Add("a", 2);
  EXPECT_EQ(MessageOf(twice), "gguf writer: key 'a': added twice");
  GgufWriter nameless;
  nameless.AddTensor("", DType::kF32, {3}, std::span(twelve));
  EXPECT_THAT(MessageOf(nameless), HasSubstr("expected a name of 1 to 256 bytes, found 0"));
  GgufWriter wrong_size;
  wrong_size.AddTensor("w", DType::kF32, {2, 2}, std::span(twelve));
  EXPECT_EQ(MessageOf(wrong_size),
            "gguf writer: tensor 'w': expected 16 bytes for F32 [2, 2], found 12");
  GgufWriter no_block;
  no_block.AddTensor("w", DType::kQ8_0, {12}, std::span(twelve));
  EXPECT_THAT(MessageOf(no_block), HasSubstr("multiple of 32 (Q8_0)"));
  GgufWriter aligned;
  aligned.Add(keys::kAlignment, std::uint32_t{64});
  EXPECT_EQ(MessageOf(aligned),
            "gguf writer: key 'general.alignment': expected uint32 32, found 64");
}

TEST(GgufWriter, AFileAppearsWholeOrNotAtAll) {
  std::string pattern = (std::filesystem::temp_directory_path() / "gguf-XXXXXX").string();
  const std::filesystem::path folder = mkdtemp(pattern.data());
  const std::string path = (folder / "model.gguf").string();
  std::ofstream(path) << "what was there before";

  const GgufWriter writer = SmallFile();
  const auto failure = writer.Write(path);
  EXPECT_FALSE(failure) << failure->message;
  {
    const auto mapped = MappedFile::Open(path);
    ASSERT_TRUE(mapped);
    const auto expected = writer.ToBytes();
    EXPECT_TRUE(std::equal(mapped->bytes().begin(), mapped->bytes().end(), expected->begin(),
                           expected->end()));
  }
  GgufWriter wrong;
  wrong.Add("", 1);
  EXPECT_TRUE(wrong.Write((folder / "wrong.gguf").string()));
  const auto into_folder = writer.Write(folder.string());
  ASSERT_TRUE(into_folder);
  EXPECT_EQ(into_folder->code, ErrorCode::kInvalid);
  const auto nowhere = writer.Write((folder / "none" / "model.gguf").string());
  ASSERT_TRUE(nowhere);
  EXPECT_EQ(nowhere->code, ErrorCode::kIo);
  const auto full = writer.Write("/dev/full");
  ASSERT_TRUE(full);

  int files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++files;
  EXPECT_EQ(files, 1) << "something but model.gguf was left behind";
  std::filesystem::remove_all(folder);
}

TEST(GgufValue, TextIsForOneLine) {
  EXPECT_EQ(ToText(std::uint8_t{7}, 3, 8), "7");
  EXPECT_EQ(ToText(true, 3, 8), "true");
  EXPECT_EQ(ToText(0.5f, 3, 8), "0.5");
  EXPECT_EQ(ToText(std::string("line\nand more"), 3, 8), "\"line?and...\"");
  EXPECT_EQ(ToText(std::vector<std::int32_t>{1, 2, 3, 4}, 3, 8), "[1, 2, 3, ... 4 values]");
  EXPECT_EQ(ToText(std::vector<bool>{true, false}, 3, 8), "[true, false]");
  EXPECT_EQ(ToText(std::vector<std::string>{"a"}, 3, 8), "[\"a\"]");
}

TEST(GgufWriter, MakesTensorsWhileItWrites) {
  const std::vector<std::byte> bytes = *FromFloats(std::vector<float>{1, 2, 3}, DType::kF32);
  GgufWriter kept, made;
  int calls = 0;
  for (const char* name : {"a", "b"}) {
    kept.AddTensor(name, DType::kF32, {3}, std::span(bytes));
    made.AddTensor(name, DType::kF32, {3}, [&] {
      ++calls;
      return Result<std::span<const std::byte>>(std::span(bytes));
    });
  }
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(*made.ToBytes(), *kept.ToBytes());
  EXPECT_EQ(calls, 2);

  GgufWriter cut;
  cut.AddTensor("a", DType::kF32, {3},
                [&] { return Result<std::span<const std::byte>>(std::span(bytes).first(8)); });
  EXPECT_THAT(cut.ToBytes().error().message, HasSubstr("tensor 'a': expected 12 bytes"));
  GgufWriter failing;
  failing.AddTensor("a", DType::kF32, {3}, []() -> Result<std::span<const std::byte>> {
    return Error{ErrorCode::kIo, "the source is gone"};
  });
  EXPECT_EQ(failing.ToBytes().error().message, "the source is gone");
}

}  // namespace
}  // namespace edgevlm
