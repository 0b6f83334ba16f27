#include "convert/huggingface/sentence_piece_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "convert/testing/tiny_folder.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

Result<SentencePieceModel> Parse(const std::string& file) {
  return ParseSentencePieceModel(std::as_bytes(std::span(file.data(), file.size())));
}

std::string SmallModel() {
  return SentencePieceText({{"<unk>", 0, 2}, {"<s>", 0, 3}, {"\u2581a", -1.5f}, {"<0x41>", 0, 6}});
}

TEST(SentencePieceModel, ReadsPiecesAndIds) {
  // training {unknown 0, bos 2, eos 1, padding -1}, normalizer {add_dummy_prefix false}
  std::string training("\xc0\x02\x00\xc8\x02\x02\xd0\x02\x01\xd8\x02", 11);
  training += std::string(9, '\xff') + '\x01';
  const std::string file = SmallModel() + '\x12' + static_cast<char>(training.size()) + training +
                           std::string("\x1a\x02\x18\x00", 4);
  const auto model = Parse(file);
  ASSERT_TRUE(model) << model.error().message;
  ASSERT_EQ(model->pieces.size(), 4u);
  EXPECT_EQ(model->pieces[0].type, 2);
  EXPECT_EQ(model->pieces[2].text, "\u2581a");
  EXPECT_EQ(model->pieces[2].score, -1.5f);
  EXPECT_EQ(model->pieces[3].type, 6);
  EXPECT_EQ(model->unknown, 0);
  EXPECT_EQ(model->bos, 2);
  EXPECT_EQ(model->eos, 1);
  EXPECT_EQ(model->padding, -1);
  EXPECT_FALSE(model->adds_space_prefix);
}

TEST(SentencePieceModel, RejectsTruncatedFilesUnlessTheyEndBetweenFields) {
  const std::string file = SmallModel();
  const auto whole = Parse(file);
  ASSERT_TRUE(whole);
  for (std::size_t size = 0; size < file.size(); ++size) {
    const auto cut = Parse(file.substr(0, size));
    EXPECT_TRUE(!cut || cut->pieces.size() < whole->pieces.size()) << size;
  }
}

TEST(SentencePieceModel, RejectsOtherFiles) {
  EXPECT_THAT(Parse("").error().message, HasSubstr("found none"));
  EXPECT_THAT(Parse("not a model").error().message, HasSubstr("sentencepiece: "));
  EXPECT_THAT(Parse(SentencePieceText({{"a", 0, 7}})).error().message,
              HasSubstr("piece 0: expected a type from 1 to 6, found 7"));
  EXPECT_FALSE(Parse(std::string(20, '\xff')));
  // A field with a length beyond any file.
  EXPECT_FALSE(Parse("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7f"));
}

}  // namespace
}  // namespace edgevlm
