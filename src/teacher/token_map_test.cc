#include "teacher/token_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "teacher/testing/tiny_teacher.h"
#include "tokenizer/byte_spelling.h"

namespace edgevlm {
namespace {

using ::testing::ElementsAre;

// All single bytes (ids as the bytes), " a" (256), "bc" (257) and an end (258).
Tokenizer Student() {
  Vocabulary vocabulary;
  for (int byte = 0; byte < 256; ++byte) {
    vocabulary.tokens.push_back(SpellBytes(std::string(1, static_cast<char>(byte))));
  }
  for (const char* merged : {" a", "bc"}) vocabulary.tokens.push_back(SpellBytes(merged));
  vocabulary.tokens.push_back("<|endoftext|>");
  vocabulary.merges = {SpellBytes(" ") + " a", "b c"};
  vocabulary.specials = {"<|endoftext|>"};
  vocabulary.eos = 258;
  Result<Tokenizer> tokenizer = Tokenizer::Create(vocabulary);
  CHECK(tokenizer.ok());
  return *std::move(tokenizer);
}

constexpr int kA = 0, kAb = 1, kBc = 2, kControl = 3, kEnd = 4;

TeacherTokens Teacher() { return {{"a", "ab", "bc", "", ""}, {kEnd}}; }

// Float16 rounds each of four probabilities by at most 2^-12, and its logarithm, below 4, by 2^-10.
constexpr double kError = 4 * (1.0 / 1024 + 1.0 / 4096);

std::vector<float> Logits(std::vector<float> probabilities) {
  for (float& probability : probabilities) probability = std::log(probability);
  return probabilities;
}

TEST(TokenMap, MapsTokensOfTheSameBytesAndTheFirstOfSeveral) {
  const Tokenizer student = Student();
  const TokenMap map(Teacher(), student);
  const TopTokens next = TopTokensOf(Logits({0.1f, 0.2f, 0.4f, 0.05f, 0.25f}), 5, 4);
  const MappedTokens mapped = map.Map(next, 0, false);
  ASSERT_EQ(mapped.tokens.size(), 3u);
  EXPECT_EQ(mapped.tokens[0].first, 257);  // "bc", 0.4
  EXPECT_EQ(mapped.tokens[1].first, 'a');  // "a" 0.1, and the first token of "ab", 0.2
  EXPECT_NEAR(mapped.tokens[1].second, 0.3, kError);
  EXPECT_EQ(mapped.tokens[2].first, 258);  // the end, 0.25
  EXPECT_NEAR(mapped.share.same, 0.75, kError);
  EXPECT_NEAR(mapped.share.first, 0.2, kError);
  EXPECT_NEAR(mapped.share.other, 0.05, kError);  // of the control token, not among the top 4
  EXPECT_NEAR(mapped.share.total(), 1, 2 * kError);
}

TEST(TokenMap, ControlTokensMapToNothing) {
  const Tokenizer student = Student();
  const TokenMap map(Teacher(), student);
  const TopTokens next = TopTokensOf(Logits({0.1f, 0.1f, 0.1f, 0.6f, 0.1f}), 5, 1);
  const MappedTokens mapped = map.Map(next, 0, false);
  EXPECT_TRUE(mapped.tokens.empty());
  EXPECT_NEAR(mapped.share.other, 1, kError);
  EXPECT_EQ(next.ids[0], kControl);
}

TEST(TokenMap, RepliesOfStudentsBeginWithASpace) {
  const Tokenizer student = Student();
  const TokenMap map(Teacher(), student);
  const TopTokens next = TopTokensOf(Logits({0.5f, 0.2f, 0.1f, 0.1f, 0.1f}), 5, 1);
  EXPECT_EQ(map.Map(next, 0, true).tokens[0].first, 256);  // " a"
  EXPECT_EQ(map.Map(next, 0, false).tokens[0].first, 'a');
}

TEST(TokenMap, AlignsWhereBothHaveABoundary) {
  const Tokenizer student = Student();
  const TokenMap map(Teacher(), student);
  const std::vector<int> ids = student.Encode(" abca");  // " a" "bc" "a"
  ASSERT_THAT(ids, ElementsAre(256, 257, 'a'));
  EXPECT_THAT(map.Align(std::vector<std::int32_t>{kA, kBc, kA}, ids), ElementsAre(0, 1, 2, 3));
  // "ab" "?": the boundaries are 0, 2, which is inside "bc", and the end.
  const std::vector<int> shorter = student.Encode(" abc");
  ASSERT_THAT(shorter, ElementsAre(256, 257));
  EXPECT_THAT(map.Align(std::vector<std::int32_t>{kAb}, shorter), ElementsAre(0, -1, -1));
  EXPECT_THAT(map.Align({}, {}), ElementsAre(0));
}

}  // namespace
}  // namespace edgevlm
