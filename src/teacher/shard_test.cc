#include "teacher/shard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "digest/sha256.h"
#include "teacher/testing/tiny_teacher.h"
#include "tensor/half.h"

namespace edgevlm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Float16 has 11 bits of fraction; the values here are below 8.
constexpr double kHalfError = 8.0 / 2048;

TEST(TopTokens, KeepsTheMostLikelyAndTheSumOfTheRest) {
  const std::vector<float> logits = {std::log(0.1f), std::log(0.6f), std::log(0.1f),
                                     std::log(0.2f)};
  const TopTokens top = TopTokensOf(logits, 4, 3);
  EXPECT_EQ(top.rows, 1);
  EXPECT_THAT(top.ids, ElementsAre(1, 3, 0));  // of equal ones the lower id
  EXPECT_NEAR(HalfToFloat(top.log_probabilities[0]), std::log(0.6), kHalfError);
  EXPECT_NEAR(HalfToFloat(top.log_probabilities[2]), std::log(0.1), kHalfError);
  EXPECT_NEAR(HalfToFloat(top.rest[0]), 0.1, kHalfError);
  EXPECT_EQ(TopTokensOf(logits, 2, 9).count, 2);
}

TEST(Relations, AreProductsOfCenteredLogits) {
  // Centered: (1, -1), (2, -2), (-1, 1). Products: 2; 4, 8; -2, -4, 2. Mean of the diagonal: 4.
  const std::vector<float> logits = {3, 1, 4, 0, 6, 8};
  std::vector<float> relations;
  for (const auto half : RelationsOf(logits, 2)) relations.push_back(HalfToFloat(half));
  EXPECT_THAT(relations, ElementsAre(0.5f, 1, 2, -0.5f, -1, 0.5f));
}

TEST(Shard, IsReadAsWritten) {
  const Shard shard = TinyShard(1);
  const std::vector<std::byte> bytes = ShardBytes(shard);
  const Result<ShardView> view = ParseShard(bytes);
  ASSERT_TRUE(view.ok()) << view.error().message;
  EXPECT_EQ(view->head.setup, shard.setup);
  EXPECT_EQ(view->head.index, 1u);
  EXPECT_EQ(view->head.skipped, shard.skipped);
  EXPECT_EQ(view->head.own_kept, 3u);
  ASSERT_EQ(view->records.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    const Result<TeacherRecord> record = ParseRecord(view->records[i], kTinyTeacherTokens);
    ASSERT_TRUE(record.ok()) << record.error().message;
    EXPECT_EQ(*record, shard.records[i]);
  }
}

TEST(Shard, RejectsWhatIsCutOrChanged) {
  const std::vector<std::byte> bytes = ShardBytes(TinyShard(0));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(ParseShard(std::span(bytes).first(size)).ok()) << size;
  }
  for (std::size_t at = 0; at < bytes.size(); at += 7) {
    std::vector<std::byte> changed = bytes;
    changed[at] ^= std::byte{0x20};
    EXPECT_FALSE(ParseShard(changed).ok()) << at;
  }
}

TEST(Shard, RejectsAnotherVersion) {
  std::vector<std::byte> bytes = ShardBytes(TinyShard(0));
  bytes[8] = std::byte{2};
  const Result<ShardView> view = ParseShard(bytes);
  ASSERT_FALSE(view.ok());
  EXPECT_EQ(view.error().message, "version: expected 1, found 2");
}

TEST(Record, RejectsWhatIsCutAtAnyByte) {
  const std::vector<std::byte> bytes = ShardBytes(TinyShard(0));
  const Result<ShardView> view = ParseShard(bytes);
  ASSERT_TRUE(view.ok());
  const auto record = view->records[0];
  for (std::size_t size = 0; size < record.size(); ++size) {
    EXPECT_FALSE(ParseRecord(record.first(size), kTinyTeacherTokens).ok()) << size;
  }
  EXPECT_TRUE(ParseRecord(record, kTinyTeacherTokens).ok());
  EXPECT_FALSE(ParseRecord(record, 3).ok()) << "token 3 is none of three";
}

TEST(Setup, DifferencesNameTheField) {
  const TeacherSetup setup = TinySetup();
  EXPECT_EQ(DifferenceOf(setup, setup), "");
  TeacherSetup other = setup;
  other.data = "scenes:2:5";
  EXPECT_EQ(DifferenceOf(setup, other), "") << "a data set may lie elsewhere";
  other.data_identity = "scenes:2:5";
  EXPECT_EQ(DifferenceOf(setup, other), "data set: expected \"scenes:1:5\", found \"scenes:2:5\"");
  other.data_identity.clear();  // of a file from before
  EXPECT_EQ(DifferenceOf(setup, other), "data set: expected \"scenes:1:5\", found \"scenes:2:5\"");
  other = setup;
  other.data_identity = "changed";
  EXPECT_EQ(DifferenceOf(setup, other),
            "names, sizes and texts of the data set: expected \"scenes:1:5\", found \"changed\"");
}

TEST(TeacherTokens, AreReadAsWrittenAndRejectedWhenCut) {
  const std::vector<std::byte> bytes = TokenFileBytes(TinyTeacherTokens());
  const Result<TeacherTokens> tokens = ParseTokenFile(bytes);
  ASSERT_TRUE(tokens.ok());
  EXPECT_EQ(*tokens, TinyTeacherTokens());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(ParseTokenFile(std::span(bytes).first(size)).ok()) << size;
  }
  TeacherTokens wrong = TinyTeacherTokens();
  wrong.ends = {5};
  const Result<TeacherTokens> rejected = ParseTokenFile(TokenFileBytes(wrong));
  ASSERT_FALSE(rejected.ok());
  EXPECT_THAT(rejected.error().message, HasSubstr("expected ends below 5, found 5"));
}

}  // namespace
}  // namespace edgevlm
