#include "engine/reply/token_clock.h"

#include <gtest/gtest.h>

namespace edgevlm {
namespace {

TEST(TokenClock, MeasuresTheWaitsBetweenTokens) {
  TokenClock clock(200);
  clock.Note(0, 10);  // still reading the prompt
  clock.Note(1, 20);
  EXPECT_FALSE(clock.Gaps());
  for (int token = 2; token <= 101; ++token) clock.Note(token, 20 + (token - 1) * 2.0);
  clock.Note(102, 420);
  const std::optional<TokenGaps> gaps = clock.Gaps();
  ASSERT_TRUE(gaps);
  EXPECT_EQ(gaps->p50_ms, 2);
  EXPECT_EQ(gaps->p99_ms, 2) << "one of 101";
  EXPECT_EQ(gaps->max_ms, 200);
}

TEST(TokenClock, CountsAStepOfSeveralTokensOnce) {
  TokenClock clock(8);
  clock.Note(1, 5);
  clock.Note(4, 11);  // three accepted together
  clock.Note(4, 15);  // a step of other replies
  clock.Note(5, 21);
  const std::optional<TokenGaps> gaps = clock.Gaps();
  ASSERT_TRUE(gaps);
  EXPECT_EQ(gaps->p50_ms, 6);
  EXPECT_EQ(gaps->max_ms, 10);
}

}  // namespace
}  // namespace edgevlm
