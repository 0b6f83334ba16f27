#include "tokenizer/load_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "gguf/names.h"
#include "gguf/writer.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

using Keys = std::map<std::string, GgufValue, std::less<>>;

// A SentencePiece vocabulary of eight tokens, with the keys that every such file has.
Keys SmallKeys() {
  Keys file;
  file[std::string(keys::kTokenizerModel)] = std::string("llama");
  file[std::string(keys::kTokens)] =
      std::vector<std::string>{"<unk>", "<s>", "</s>", "<0x0A>", "▁", "a", "▁a", "<row>"};
  file[std::string(keys::kTokenScores)] = std::vector<float>{0, 0, 0, 0, -3, -2, -1, 0};
  file[std::string(keys::kTokenTypes)] = std::vector<std::int32_t>{2, 3, 3, 6, 1, 1, 1, 4};
  return file;
}

Result<Tokenizer> Load(const Keys& values) {
  GgufWriter writer;
  for (const auto& [key, value] : values) writer.Add(key, value);
  const auto bytes = writer.ToBytes();
  CHECK(bytes.ok());
  const auto file = GgufFile::Parse(*bytes);
  CHECK(file.ok());
  return LoadTokenizer(*file);
}

std::string ErrorWith(std::string_view key, GgufValue value) {
  Keys values = SmallKeys();
  values[std::string(key)] = std::move(value);
  const Result<Tokenizer> tokenizer = Load(values);
  return tokenizer ? "none" : tokenizer.error().message;
}

std::string ErrorWithout(std::string_view key) {
  Keys values = SmallKeys();
  values.erase(values.find(key));
  const Result<Tokenizer> tokenizer = Load(values);
  return tokenizer ? "none" : tokenizer.error().message;
}

TEST(LoadTokenizer, HasDefaultsForSentencePieceFiles) {
  const Result<Tokenizer> tokenizer = Load(SmallKeys());
  ASSERT_TRUE(tokenizer) << tokenizer.error().message;
  EXPECT_EQ(tokenizer->bos(), 1);
  EXPECT_EQ(tokenizer->eos(), 2);
  EXPECT_TRUE(tokenizer->add_bos());
  EXPECT_FALSE(tokenizer->add_eos());
  EXPECT_EQ(tokenizer->Encode("a a\n<row>z"), (std::vector<int>{6, 6, 3, 7, 4, 0}));
}

TEST(LoadTokenizer, ReadsWhatTheFileHas) {
  Keys values = SmallKeys();
  values[std::string(keys::kBosTokenId)] = std::uint32_t{5};
  values[std::string(keys::kEosTokenId)] = std::uint32_t{6};
  values[std::string(keys::kEotTokenId)] = std::uint32_t{7};
  values[std::string(keys::kUnknownTokenId)] = std::uint32_t{4};
  values[std::string(keys::kAddBosToken)] = false;
  values[std::string(keys::kAddEosToken)] = true;
  values[std::string(keys::kAddSpacePrefix)] = false;
  const Result<Tokenizer> tokenizer = Load(values);
  ASSERT_TRUE(tokenizer) << tokenizer.error().message;
  EXPECT_EQ(tokenizer->bos(), 5);
  EXPECT_EQ(tokenizer->eos(), 6);
  EXPECT_FALSE(tokenizer->add_bos());
  EXPECT_TRUE(tokenizer->add_eos());
  EXPECT_EQ(std::vector<int>(tokenizer->ends().begin(), tokenizer->ends().end()),
            (std::vector<int>{2, 6, 7}));
  EXPECT_EQ(tokenizer->Encode("az"), (std::vector<int>{5, 4}));
}

TEST(LoadTokenizer, NamesTheKeyThatIsWrong) {
  for (const std::string_view key :
       {keys::kTokenizerModel, keys::kTokens, keys::kTokenScores, keys::kTokenTypes}) {
    EXPECT_THAT(ErrorWithout(key), HasSubstr(std::string(key)));
    EXPECT_THAT(ErrorWith(key, std::vector<std::uint8_t>{1, 2}), HasSubstr(std::string(key)));
  }
  for (const std::string_view key :
       {keys::kBosTokenId, keys::kEosTokenId, keys::kEotTokenId, keys::kUnknownTokenId}) {
    EXPECT_THAT(ErrorWith(key, std::uint32_t{8}),
                HasSubstr(std::string(key) + "': expected 0 to 7, found 8"));
    EXPECT_THAT(ErrorWith(key, std::string("1")), HasSubstr(std::string(key)));
  }
  for (const std::string_view key :
       {keys::kAddBosToken, keys::kAddEosToken, keys::kAddSpacePrefix}) {
    EXPECT_THAT(ErrorWith(key, std::uint32_t{1}), HasSubstr(std::string(key)));
  }
  EXPECT_THAT(ErrorWith(keys::kTokenScores, std::vector<float>(7)),
              HasSubstr("scores': expected 8 values, found 7"));
  EXPECT_THAT(ErrorWith(keys::kTokenTypes, std::vector<std::int32_t>(8, -1)),
              HasSubstr("token_type': expected types from 0 to 6, found -1"));
  EXPECT_THAT(ErrorWith(keys::kTokens, std::vector<std::string>(8, "a")), HasSubstr("token 1"));
}

}  // namespace
}  // namespace edgevlm
