#include "convert/huggingface/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "convert/testing/tiny_folder.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

const StoredTensors kFirst = {{"a", {"F32", {1}, "aaaa"}}};
const StoredTensors kSecond = {{"b", {"F32", {1}, "bbbb"}}};

std::string ErrorOf(const TinyFolder& folder) {
  const auto checkpoint = Checkpoint::Open(folder.path());
  return checkpoint ? "" : checkpoint.error().message;
}

// Two files and their index.
void WriteTwo(const TinyFolder& folder, const nlohmann::json& weight_map) {
  folder.Write("1.safetensors", SafetensorsText(kFirst));
  folder.Write("2.safetensors", SafetensorsText(kSecond));
  folder.WriteJson("model.safetensors.index.json", {{"weight_map", weight_map}});
}

TEST(Checkpoint, OneFileOrManyWithAnIndex) {
  const TinyFolder one;
  one.Write("model.safetensors", SafetensorsText(kFirst));
  const auto single = Checkpoint::Open(one.path());
  ASSERT_TRUE(single) << single.error().message;
  EXPECT_NE(single->Find("a"), nullptr);
  EXPECT_EQ(single->Find("b"), nullptr);

  const TinyFolder other;
  other.Write("gptq_model-4bit-128g.safetensors", SafetensorsText(kFirst));
  const auto named = Checkpoint::Open(other.path());
  ASSERT_TRUE(named) << named.error().message;
  EXPECT_NE(named->Find("a"), nullptr);
  other.Write("another.safetensors", SafetensorsText(kSecond));
  EXPECT_THAT(ErrorOf(other), HasSubstr("expected model.safetensors"));

  const TinyFolder two;
  WriteTwo(two, {{"a", "1.safetensors"}, {"b", "2.safetensors"}});
  const auto both = Checkpoint::Open(two.path());
  ASSERT_TRUE(both) << both.error().message;
  EXPECT_EQ(both->tensors().size(), 2u);
  ASSERT_NE(both->Find("b"), nullptr);
  EXPECT_EQ(both->Find("b")->bytes[0], std::byte{'b'});
  ReleasePages(both->Find("b")->bytes);
  EXPECT_EQ(both->Find("b")->bytes[0], std::byte{'b'});
  EXPECT_FALSE(both->CheckUnchanged());
}

TEST(Checkpoint, RejectsIncompleteFolders) {
  const TinyFolder folder;
  EXPECT_THAT(ErrorOf(folder), HasSubstr("found none"));
  folder.Write("pytorch_model.bin", "");
  EXPECT_THAT(ErrorOf(folder), HasSubstr("found pytorch_model.bin"));
  WriteTwo(folder, {{"a", "1.safetensors"}, {"c", "2.safetensors"}});
  EXPECT_THAT(ErrorOf(folder), HasSubstr("tensor 'c': expected in 2.safetensors, found nowhere"));
  WriteTwo(folder, {{"a", "1.safetensors"}, {"b", "3.safetensors"}});
  EXPECT_THAT(ErrorOf(folder), HasSubstr("3.safetensors"));
  WriteTwo(folder, {{"a", "../1.safetensors"}});
  EXPECT_THAT(ErrorOf(folder), HasSubstr("expected the name of a file beside"));
  WriteTwo(folder, {{"a", "1.safetensors"}, {"b", "2.safetensors"}});
  folder.Write("2.safetensors", SafetensorsText(kFirst));
  EXPECT_THAT(ErrorOf(folder), HasSubstr("tensor 'a': found in another file too"));
  folder.WriteJson("model.safetensors.index.json", nlohmann::json::array());
  EXPECT_THAT(ErrorOf(folder), HasSubstr("expected a JSON object"));
}

}  // namespace
}  // namespace edgevlm
