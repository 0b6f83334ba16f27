#include "gguf/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <limits>
#include <span>

#include "base/checked_copy.h"
#include "base/mapped_file.h"
#include "gguf/writer.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

constexpr std::uint32_t kUint32 = 4;
constexpr std::uint32_t kBool = 7;
constexpr std::uint32_t kString = 8;
constexpr std::uint32_t kArray = 9;
constexpr std::uint32_t kF32 = 0;
constexpr std::uint32_t kQ8 = 8;

// The parts of a file, valid or not.
template <class T>
std::string Num(T value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof(value));
}

std::string U32(std::uint32_t value) { return Num(value); }
std::string U64(std::uint64_t value) { return Num(value); }
std::string Text(std::string_view text) { return U64(text.size()) + std::string(text); }

std::string Head(std::uint64_t tensors, std::uint64_t keys, std::uint32_t version = 3) {
  return "GGUF" + U32(version) + U64(tensors) + U64(keys);
}

std::string Key(std::string_view name, std::uint32_t type, const std::string& value) {
  return Text(name) + U32(type) + value;
}

std::string Alignment(std::uint32_t value) { return Key("general.alignment", kUint32, U32(value)); }

std::string Tensor(std::string_view name, std::initializer_list<std::uint64_t> dims,
                   std::uint32_t type, std::uint64_t offset) {
  std::string entry = Text(name) + U32(static_cast<std::uint32_t>(dims.size()));
  for (const std::uint64_t dim : dims) entry += U64(dim);
  return entry + U32(type) + U64(offset);
}

std::string WithData(std::string file, std::size_t bytes, std::size_t alignment = 32) {
  file.resize((file.size() + alignment - 1) / alignment * alignment);
  return file + std::string(bytes, '\0');
}

std::span<const std::byte> Bytes(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::string MessageOf(const std::string& text) {
  const auto file = GgufFile::Parse(Bytes(text));
  return file ? "no error" : file.error().message;
}

TEST(GgufFile, SmallestFiles) {
  EXPECT_EQ(MessageOf(Head(0, 0)), "no error");
  EXPECT_EQ(MessageOf(Head(0, 0, 2)), "no error");
  EXPECT_EQ(MessageOf(Head(0, 1) + Key("a", kUint32, U32(1))), "no error");
  EXPECT_EQ(MessageOf(WithData(Head(1, 0) + Tensor("t", {3}, kF32, 0), 12)), "no error");
  EXPECT_EQ(MessageOf(WithData(Head(1, 1) + Alignment(8) + Tensor("t", {3}, kF32, 8), 20, 8)),
            "no error");
}

TEST(GgufFile, Headers) {
  EXPECT_THAT(MessageOf(""), HasSubstr("header: file ends inside it"));
  EXPECT_EQ(MessageOf("ggml" + Head(0, 0)),
            "gguf: header: expected a GGUF file, found unknown bytes that begin 67 67 6d 6c");
  EXPECT_EQ(
      MessageOf("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12345\n"),
      "gguf: header: expected a GGUF file, found a Git LFS pointer (`git lfs pull` fetches the "
      "file itself)");
  EXPECT_EQ(MessageOf("{\"error\":\"Entry not found\"}"),
            "gguf: header: expected a GGUF file, found JSON (the answer of a server?)");
  EXPECT_THAT(MessageOf("GGU"), HasSubstr("header: file ends inside it"));
  EXPECT_THAT(MessageOf("<"), HasSubstr("found text that begins '<'"));
  EXPECT_EQ(MessageOf("FUGG" + U32(3)), "gguf: header: a big-endian file");
  EXPECT_EQ(MessageOf(Head(0, 0, 3u << 24)), "gguf: header: a big-endian file");
  EXPECT_EQ(MessageOf(Head(0, 0, 1)), "gguf: header: expected version 2 or 3, found 1");
  EXPECT_EQ(MessageOf(Head(0, 0, 4)), "gguf: header: expected version 2 or 3, found 4");
  EXPECT_THAT(MessageOf(Head(0, 1ull << 63)), HasSubstr("expected at most 65536 keys"));
  EXPECT_THAT(MessageOf(Head(1ull << 63, 0)), HasSubstr("expected at most 65536 tensors"));
  EXPECT_THAT(MessageOf(Head(0, 65536)), HasSubstr("key 0: file ends inside its name"));
}

TEST(GgufFile, Keys) {
  const auto one = [](const std::string& key) { return MessageOf(Head(0, 1) + key); };
  EXPECT_THAT(one(U64(1ull << 63)), HasSubstr("key 0: name: expected at most 1024 bytes"));
  EXPECT_THAT(one(Key("", kUint32, U32(1))), HasSubstr("found an empty one"));
  EXPECT_THAT(one(Key("k", 13, U32(1))), HasSubstr("key 'k': expected a value type from 0 to 12"));
  EXPECT_THAT(one(Key("k\n", 13, U32(1))), HasSubstr("key 'k?'"));
  EXPECT_THAT(one(Key("k", kBool, "\x02")), HasSubstr("expected a bool of 0 or 1, found 2"));
  EXPECT_THAT(one(Key("k", kString, U64(1ull << 63))), HasSubstr("at most 16777216 bytes"));
  EXPECT_THAT(one(Key("k", kString, U64(5) + "four")), HasSubstr("file ends inside its value"));
  EXPECT_THAT(one(Key("k", kArray, U32(kUint32) + U64(1ull << 63))),
              HasSubstr("key 'k': array: expected at most 16777216 values"));
  EXPECT_THAT(one(Key("k", kArray, U32(kString) + U64(1 << 24))),
              HasSubstr("file ends inside its value"));
  EXPECT_THAT(one(Key("k", kArray, U32(kArray) + U64(1))), HasSubstr("an array of arrays"));
  EXPECT_THAT(one(Key("k", kArray, U32(99) + U64(1))), HasSubstr("value type from 0 to 12"));
  const std::string key = Key("k", kUint32, U32(1));
  EXPECT_EQ(MessageOf(Head(0, 2) + key + key), "gguf: key 'k': occurs twice");
}

TEST(GgufFile, Alignments) {
  for (const std::uint32_t value : {0u, 1u, 3u, 24u, 1u << 21, 1u << 31, 0xffffffffu}) {
    EXPECT_THAT(MessageOf(Head(0, 1) + Alignment(value)),
                HasSubstr("'general.alignment': expected"))
        << value;
  }
  EXPECT_THAT(MessageOf(Head(0, 1) + Key("general.alignment", kString, Text("32"))),
              HasSubstr("expected an integer, found string"));
}

TEST(GgufFile, Tensors) {
  const auto one = [](const std::string& tensor) {
    return MessageOf(WithData(Head(1, 0) + tensor, 64));
  };
  constexpr std::uint64_t kBig = 1ull << 62;
  EXPECT_THAT(one(Tensor("t", {}, kF32, 0)), HasSubstr("expected 1 to 4 dimensions, found 0"));
  EXPECT_THAT(one(Tensor("t", {1, 1, 1, 1, 1}, kF32, 0)), HasSubstr("dimensions, found 5"));
  EXPECT_THAT(one(Tensor("t", {4, 0}, kF32, 0)), HasSubstr("dimensions of at least 1, found 0"));
  EXPECT_THAT(one(Tensor("t", {1ull << 63}, kF32, 0)), HasSubstr("dimensions of at least 1"));
  EXPECT_THAT(one(Tensor("t", {kBig, kBig}, kF32, 0)), HasSubstr("more than 2^63 - 1 values"));
  EXPECT_THAT(one(Tensor("t", {kBig}, kF32, 0)), HasSubstr("more than 2^64 - 1 bytes"));
  EXPECT_THAT(one(Tensor("t", {33}, kQ8, 0)), HasSubstr("multiple of 32 (Q8_0), found 33"));
  EXPECT_THAT(one(Tensor("t", {4}, 4, 0)), HasSubstr("tensor 't': data type 4"));
  EXPECT_THAT(one(Tensor("t", {4}, kF32, 4)), HasSubstr("multiple of 32, found 4"));
  EXPECT_THAT(one(Tensor("t", {17}, kF32, 0)), HasSubstr("found a data section of 64"));
  EXPECT_THAT(one(Tensor("t", {9}, kF32, 32)), HasSubstr("expected 36 bytes at offset 32"));
  EXPECT_THAT(one(Tensor("t", {1}, kF32, 96)), HasSubstr("offset 96"));
  EXPECT_THAT(one(Tensor("t", {4}, kF32, std::numeric_limits<std::uint64_t>::max() - 31)),
              HasSubstr("data section"));
  EXPECT_THAT(one(Tensor(std::string(257, 'n'), {4}, kF32, 0)), HasSubstr("at most 256 bytes"));
}

TEST(GgufFile, TensorsThatClash) {
  const auto two = [](const std::string& first, const std::string& second) {
    return MessageOf(WithData(Head(2, 0) + first + second, 128));
  };
  EXPECT_EQ(two(Tensor("a", {8}, kF32, 32), Tensor("b", {8}, kF32, 0)), "no error");
  EXPECT_EQ(two(Tensor("a", {8}, kF32, 0), Tensor("a", {8}, kF32, 32)),
            "gguf: tensor 'a': occurs twice");
  EXPECT_EQ(two(Tensor("a", {8}, kF32, 32), Tensor("b", {9}, kF32, 0)),
            "gguf: tensor 'a': overlaps tensor 'b'");
  EXPECT_THAT(two(Tensor("a", {8}, kF32, 0), Tensor("b", {8}, kF32, 0)), HasSubstr("overlaps"));
}

TEST(GgufFile, LookUpsSayWhatTheyExpectedAndFound) {
  GgufWriter writer;
  writer.Add("text", "seven");
  writer.Add("big", std::uint64_t{5'000'000'000});
  writer.Add("bigs", std::vector<std::int64_t>{1, 5'000'000'000});
  writer.Add("nan", std::numeric_limits<float>::quiet_NaN());
  writer.Add("one", std::int32_t{1});
  writer.Add("double", 0.5);
  writer.Add("floats", std::vector<double>{0.25, -1});
  const auto bytes = writer.ToBytes();
  ASSERT_TRUE(bytes);
  const auto file = GgufFile::Parse(*bytes);
  ASSERT_TRUE(file);
  EXPECT_EQ(file->Int("none").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(file->Int("none").error().message, "gguf: key 'none': not in the file");
  EXPECT_EQ(file->Int("text").error().message,
            "gguf: key 'text': expected an integer, found string");
  EXPECT_EQ(file->Int("big").error().message,
            "gguf: key 'big': expected an integer of 32 bits, found 5000000000");
  EXPECT_EQ(file->Ints("bigs").error().code, ErrorCode::kInvalid);
  EXPECT_EQ(file->Ints("one").error().message,
            "gguf: key 'one': expected an array of integers, found int32");
  EXPECT_EQ(file->Int("floats").error().message,
            "gguf: key 'floats': expected an integer, found an array of float64");
  EXPECT_EQ(file->Float("nan").error().message,
            "gguf: key 'nan': expected a finite float, found nan");
  EXPECT_EQ(file->Float("one").error().message, "gguf: key 'one': expected a float, found int32");
  EXPECT_EQ(file->Bool("one").error().code, ErrorCode::kInvalid);
  EXPECT_EQ(file->Strings("text").error().code, ErrorCode::kInvalid);
  EXPECT_EQ(*file->Float("double"), 0.5f);
  EXPECT_EQ(*file->Floats("floats"), (std::vector<float>{0.25f, -1}));
}

TEST(GgufFile, FallbacksAreForAbsentKeysOnly) {
  GgufWriter writer;
  writer.Add("one", std::uint8_t{1});
  const auto bytes = writer.ToBytes();
  const auto file = GgufFile::Parse(*bytes);
  ASSERT_TRUE(file);
  EXPECT_EQ(*file->Int("none", 7), 7);
  EXPECT_EQ(*file->Int("one", 7), 1);
  EXPECT_EQ(*file->Float("none", 0.5f), 0.5f);
  EXPECT_TRUE(*file->Bool("none", true));
  EXPECT_EQ(*file->String("none", "gpt-2"), "gpt-2");
  EXPECT_EQ(file->String("one", "gpt-2").error().code, ErrorCode::kInvalid);
}

// More keys than the first copy of the file's start holds.
std::string FileWithLongKeys() {
  GgufWriter writer;
  writer.Add("long", std::vector<std::string>(200'000, "a token of the vocabulary"));
  writer.Add("last", std::string("seen"));
  const std::vector<float> values = {1, 2, 3};
  writer.AddTensor("t", DType::kF32, {3}, std::as_bytes(std::span(values)));
  const std::vector<std::byte> bytes = *writer.ToBytes();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(GgufFile, KeepsACopyOfKeysAndNames) {
  std::string bytes = FileWithLongKeys();
  const Result<GgufFile> file = GgufFile::Parse(std::as_bytes(std::span(bytes)));
  ASSERT_TRUE(file.ok()) << file.error().message;
  const std::byte* data = std::as_bytes(std::span(bytes)).data();
  EXPECT_EQ(file->FindTensor("t")->view.bytes.data(), data + bytes.size() - 32);
  std::ranges::fill(bytes, '\0');
  EXPECT_EQ(*file->String("last"), "seen");
  EXPECT_EQ(file->Strings("long")->back(), "a token of the vocabulary");
}

TEST(GgufFile, AFileThatIsCutWhileItIsReadIsAnError) {
  if (!CopiesAreChecked()) GTEST_SKIP() << "the kernel does not copy here";
  const std::string path = ::testing::TempDir() + "/gguf-cut-while-read.gguf";
  const std::string bytes = FileWithLongKeys();
  for (const std::size_t left : {std::size_t{0}, std::size_t{3} << 20}) {
    std::ofstream(path, std::ios::binary) << bytes;
    const Result<MappedFile> mapped = MappedFile::Open(path);
    ASSERT_TRUE(mapped.ok()) << mapped.error().message;
    std::filesystem::resize_file(path, left);
    const Result<GgufFile> file = GgufFile::Parse(mapped->bytes());
    ASSERT_FALSE(file.ok());
    EXPECT_EQ(file.error().code, ErrorCode::kIo);
    EXPECT_THAT(file.error().message, HasSubstr("cut short"));
  }
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace edgevlm
