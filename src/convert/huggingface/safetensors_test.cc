#include "convert/huggingface/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "convert/testing/tiny_folder.h"

namespace edgevlm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::span<const std::byte> BytesOfText(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::string ErrorOf(std::string_view file) {
  const auto tensors = ParseSafetensors(BytesOfText(file));
  return tensors ? "" : tensors.error().message;
}

std::string WithHeader(const std::string& header, std::size_t data_bytes) {
  std::string file;
  for (int byte = 0; byte < 8; ++byte) {
    file += static_cast<char>(header.size() >> (8 * byte) & 0xff);
  }
  return file + header + std::string(data_bytes, 'x');
}

StoredTensors SmallTensors() {
  return {{"b", {"F16", {2, 3}, std::string(12, 'b')}},
          {"a", {"I64", {}, std::string(8, 'a')}},
          {"empty", {"F32", {0, 4}, ""}},
          {"z", {"BF16", {1}, "zz"}}};
}

TEST(Safetensors, TensorsComeInTheOrderOfTheirBytes) {
  const std::string file = SafetensorsText(SmallTensors());
  const auto tensors = ParseSafetensors(BytesOfText(file));
  ASSERT_TRUE(tensors) << tensors.error().message;
  ASSERT_EQ(tensors->size(), 4u);
  EXPECT_EQ((*tensors)[0].name, "a");
  EXPECT_EQ((*tensors)[1].name, "b");
  EXPECT_EQ((*tensors)[1].dtype, "F16");
  EXPECT_THAT((*tensors)[1].extents, ElementsAre(2, 3));
  EXPECT_EQ((*tensors)[1].bytes.size(), 12u);
  EXPECT_EQ((*tensors)[1].bytes[0], std::byte{'b'});
  EXPECT_EQ((*tensors)[3].name, "z");
}

TEST(Safetensors, RejectsFilesTruncatedAnywhere) {
  const std::string file = SafetensorsText(SmallTensors());
  ASSERT_EQ(ErrorOf(file), "");
  for (std::size_t size = 0; size < file.size(); ++size) {
    EXPECT_NE(ErrorOf(std::string_view(file).substr(0, size)), "") << size;
  }
  EXPECT_THAT(ErrorOf(file + "x"), HasSubstr("expected 22 bytes of data, found 23"));
}

TEST(Safetensors, RejectsWrongHeaders) {
  const std::string huge("\xff\xff\xff\xff\xff\xff\xff\x7f", 8);
  EXPECT_THAT(ErrorOf(huge), HasSubstr("header: expected at most 8388608 bytes"));
  EXPECT_THAT(ErrorOf(WithHeader("{", 0)), HasSubstr("expected JSON"));
  EXPECT_THAT(ErrorOf(WithHeader("[]", 0)), HasSubstr("expected an object"));
  EXPECT_THAT(ErrorOf(WithHeader(std::string(100000, '['), 0)), HasSubstr("levels"));
  EXPECT_EQ(ErrorOf(WithHeader("{}", 0)), "");
}

TEST(Safetensors, RejectsWrongTensors) {
  const auto error = [](const std::string& entry, std::size_t bytes = 4) {
    return ErrorOf(WithHeader("{\"t\": " + entry + "}", bytes));
  };
  const std::string rest = R"("shape": [1], "data_offsets": [0, 4]})";
  ASSERT_EQ(error(R"({"dtype": "F32", )" + rest), "");
  EXPECT_THAT(error("7"), HasSubstr("tensor 't': expected an object"));
  EXPECT_THAT(error("{" + rest), HasSubstr("expected a dtype"));
  EXPECT_THAT(error(R"({"dtype": "F4", )" + rest), HasSubstr("unknown dtype 'F4'"));
  EXPECT_THAT(error(R"({"dtype": "F16", )" + rest), HasSubstr("expected 2 bytes"));
  const std::string type = R"({"dtype": "F32", )";
  EXPECT_THAT(error(type + R"("shape": 1, "data_offsets": [0, 4]})"), HasSubstr("shape"));
  EXPECT_THAT(error(type + R"("shape": [-1], "data_offsets": [0, 4]})"), HasSubstr("shape"));
  EXPECT_THAT(error(type + R"("shape": [1], "data_offsets": [0]})"), HasSubstr("data_offsets"));
  EXPECT_THAT(error(type + R"("shape": [1], "data_offsets": [4, 0]})"), HasSubstr("data_offsets"));
  EXPECT_THAT(error(type + R"("shape": [2], "data_offsets": [0, 8]})"),
              HasSubstr("expected an end <= 4, found 8"));
  EXPECT_THAT(error(type + R"("shape": [1], "data_offsets": [4, 8]})", 8), HasSubstr("begin at"));
  // 2^40 * 2^40 leaves 64 bits.
  EXPECT_THAT(error(type + R"("shape": [1099511627776, 1099511627776], "data_offsets": [0, 4]})"),
              HasSubstr("too many"));
}

TEST(Safetensors, TensorsMayNotOverlap) {
  const std::string header = R"({"a": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]},)"
                             R"( "b": {"dtype": "U8", "shape": [4], "data_offsets": [2, 6]}})";
  EXPECT_THAT(ErrorOf(WithHeader(header, 6)), HasSubstr("tensor 'b': expected to begin at byte 4"));
}

TEST(Safetensors, OnlyFloatsAreWeights) {
  const std::string file = SafetensorsText(SmallTensors());
  const auto tensors = ParseSafetensors(BytesOfText(file));
  ASSERT_TRUE(tensors);
  const auto whole = ViewOf((*tensors)[0]);
  ASSERT_FALSE(whole);
  EXPECT_EQ(whole.error().message, "tensor 'a': expected F32, F16 or BF16, found I64");
  const auto half = ViewOf((*tensors)[1]);
  ASSERT_TRUE(half);
  EXPECT_EQ(half->shape, (Shape{2, 3}));
  const auto empty = ViewOf((*tensors)[2]);
  ASSERT_FALSE(empty);
  EXPECT_THAT(empty.error().message, HasSubstr("tensor 'empty'"));
}

}  // namespace
}  // namespace edgevlm
