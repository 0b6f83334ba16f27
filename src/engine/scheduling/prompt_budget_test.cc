#include "engine/scheduling/prompt_budget.h"

#include <gtest/gtest.h>

namespace edgevlm {
namespace {

TEST(PromptBudget, IsSmallUntilItKnowsMore) {
  PromptBudget share(64);
  EXPECT_EQ(share.Rows(), PromptBudget::kMinRows);
  share.Learn(8, 40);
  EXPECT_EQ(share.Rows(), PromptBudget::kMinRows);
  EXPECT_EQ(PromptBudget(4).Rows(), 4);
}

TEST(PromptBudget, KeepsStepsShort) {
  PromptBudget share(64);
  share.Learn(0, 20);            // a step
  share.Learn(16, 20 + 2 * 16);  // 2 ms per row
  EXPECT_EQ(share.Rows(), 12);   // 20 + 12 * 2 = 2.2 * 20
  share.Learn(12, 20 + 3 * 12);  // they cost more than expected
  EXPECT_EQ(share.Rows(), PromptBudget::kMinRows);
}

// The first rows cost little, many rows more.
TEST(PromptBudget, GrowsByHalfAtATime) {
  PromptBudget share(64);
  for (int i = 0; i < 50; ++i) share.Learn(0, 100);
  share.Learn(8, 101);
  EXPECT_EQ(share.Rows(), 12);
  share.Learn(12, 102);
  EXPECT_EQ(share.Rows(), 18);
  share.Learn(50, 110);
  EXPECT_EQ(share.Rows(), 64);
}

}  // namespace
}  // namespace edgevlm
