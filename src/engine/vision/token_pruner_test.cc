#include "engine/vision/token_pruner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace edgevlm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr ImageTokens kTokens = {.has_vision_encoder = true, .has_scores = true, .count = 144};

std::string ErrorOf(const MaybeError& error) { return error ? error->message : ""; }

std::string Refusal(const VisionOptions& options, const ImageTokens& tokens = kTokens) {
  return ErrorOf(Validate(options, tokens));
}

TEST(KeepTokens, IsReadFromText) {
  VisionOptions options;
  EXPECT_EQ(ErrorOf(ReadKeepTokens("36", options)), "");
  EXPECT_EQ(options, (VisionOptions{.keep_tokens = 36}));
  for (const KeepBy by : {KeepBy::kAttention, KeepBy::kUniform, KeepBy::kRandom}) {
    EXPECT_EQ(ErrorOf(ReadKeepTokens("7:" + std::string(KeepByName(by)), options)), "");
    EXPECT_EQ(options, (VisionOptions{.keep_tokens = 7, .keep_by = by}));
  }
  for (const char* text : {"", ":", "x", "5:", "5:best", "5 ", "99999999999", "5:uniform:random"}) {
    EXPECT_THAT(ErrorOf(ReadKeepTokens(text, options)), HasSubstr("expected N")) << text;
  }
}

TEST(KeepTokens, IsCheckedOnce) {
  EXPECT_EQ(Refusal({}), "");
  EXPECT_EQ(Refusal({.keep_tokens = 143}), "");
  for (const int count : {0, -1, 144, 1000}) {
    EXPECT_EQ(
        Refusal({.keep_tokens = count}),
        "keep-tokens: expected 1 to 143 of the image's 144 tokens, found " + std::to_string(count));
  }
  EXPECT_EQ(Refusal({.merged_tokens = -1}), "tome: expected at least 0, found -1");
  const ImageTokens scoreless = {.has_vision_encoder = true, .has_scores = false, .count = 100};
  EXPECT_THAT(Refusal({.keep_tokens = 50, .keep_by = KeepBy::kAttention}, scoreless),
              HasSubstr("expected uniform or random for a vision encoder without attention"));
  EXPECT_EQ(Refusal({.keep_tokens = 50}, scoreless), "");
  const ImageTokens mixed = {.has_vision_encoder = true, .mixes_features = true, .count = 32};
  EXPECT_THAT(Refusal({.keep_tokens = 16}, mixed), HasSubstr("each sums up all of it"));
  EXPECT_EQ(Refusal({.merged_tokens = 1}, mixed), "");
  EXPECT_THAT(Refusal({.merged_tokens = 1}, {}), HasSubstr("without a vision encoder"));
  EXPECT_EQ(Refusal({}, {}), "");
}

std::vector<int> Choose(const VisionOptions& options, const ImageTokens& tokens = kTokens,
                        std::span<const float> scores = {}) {
  return TokenPruner(options, tokens).Choose(scores);
}

void ExpectIncreasing(const std::vector<int>& chosen, int below) {
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    EXPECT_GE(chosen[i], i == 0 ? 0 : chosen[i - 1] + 1);
    EXPECT_LT(chosen[i], below);
  }
}

TEST(KeepTokens, UniformLeavesNoPartOfTheGridOut) {
  for (const int count : {1, 5, 12, 36, 72, 100, 143}) {
    const std::vector<int> chosen = Choose({.keep_tokens = count, .keep_by = KeepBy::kUniform});
    EXPECT_EQ(std::ssize(chosen), count);
    ExpectIncreasing(chosen, 144);
  }
  // A quarter: every 3 x 3 of the 12 x 12 cells has at least one, every column too.
  const std::vector<int> chosen = Choose({.keep_tokens = 36, .keep_by = KeepBy::kUniform});
  std::set<int> parts, columns;
  for (const int token : chosen) {
    parts.insert(token / 12 / 3 * 4 + token % 12 / 3);
    columns.insert(token % 12);
  }
  EXPECT_EQ(parts.size(), 16u);
  EXPECT_EQ(columns.size(), 12u);
  // A number of tokens that is no square is one row.
  EXPECT_THAT(Choose({.keep_tokens = 3, .keep_by = KeepBy::kUniform},
                     {.has_vision_encoder = true, .has_scores = false, .count = 12}),
              ElementsAre(2, 6, 10));
}

TEST(KeepTokens, RandomIsTheSeeds) {
  const auto draw = [](std::uint64_t seed) {
    return Choose({.keep_tokens = 40, .keep_by = KeepBy::kRandom, .keep_seed = seed});
  };
  EXPECT_EQ(draw(1), draw(1));
  EXPECT_NE(draw(1), draw(2));
  EXPECT_EQ(draw(1).size(), 40u);
  ExpectIncreasing(draw(1), 144);
  std::set<int> ever;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    for (const int token : draw(seed)) ever.insert(token);
  }
  EXPECT_EQ(ever.size(), 144u);
}

TEST(KeepTokens, ByAttentionTheMostLookedAtInTheirOrder) {
  const ImageTokens tokens = {.has_vision_encoder = true, .has_scores = true, .count = 4};
  const VisionOptions two = {.keep_tokens = 2};
  EXPECT_THAT(Choose(two, tokens, std::vector<float>{0.1f, 0.3f, 0.2f, 0.4f}), ElementsAre(1, 3));
  EXPECT_THAT(Choose(two, tokens, std::vector<float>{0.25f, 0.25f, 0.25f, 0.25f}),
              ElementsAre(0, 1));
  EXPECT_THAT(Choose(two, tokens, std::vector<float>{NAN, 0.1f, 0.2f, INFINITY}),
              ElementsAre(1, 2));
  // 4 x 4 patches become 2 x 2 tokens: the one at the bottom right has the most.
  std::vector<float> patches(16, 0.01f);
  patches[15] = 0.5f;
  patches[4] = 0.2f;
  EXPECT_THAT(Choose({.keep_tokens = 1}, tokens, patches), ElementsAre(3));
  EXPECT_THAT(Choose(two, tokens, patches), ElementsAre(0, 3));
}

TEST(KeepTokens, WithoutAttentionUniformIsChosen) {
  const ImageTokens scoreless = {.has_vision_encoder = true, .has_scores = false, .count = 100};
  const TokenPruner pruner({.keep_tokens = 25}, scoreless);
  EXPECT_FALSE(pruner.needs_scores());
  EXPECT_EQ(pruner.Choose({}), Choose({.keep_tokens = 25, .keep_by = KeepBy::kUniform}, scoreless));
  EXPECT_TRUE(TokenPruner({.keep_tokens = 25}, kTokens).needs_scores());
  EXPECT_TRUE(TokenPruner({}, kTokens).keeps_all());
  EXPECT_FALSE(TokenPruner({}, kTokens).needs_scores());
}

}  // namespace
}  // namespace edgevlm
