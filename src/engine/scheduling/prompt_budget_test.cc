#include "engine/scheduling/prompt_budget.h"

#include <gtest/gtest.h>

namespace edgevlm {
namespace {

TEST(PromptBudget, IsSmallUntilItKnowsMore) {
  PromptBudget budget(64);
  EXPECT_EQ(budget.Rows(), PromptBudget::kMinRows);
  budget.Learn(8, 40);
  EXPECT_EQ(budget.Rows(), PromptBudget::kMinRows);
  EXPECT_EQ(PromptBudget(4).Rows(), 4);
}

TEST(PromptBudget, KeepsStepsShort) {
  PromptBudget budget(64);
  budget.Learn(0, 20);            // a step
  budget.Learn(16, 20 + 2 * 16);  // 2 ms per row
  EXPECT_EQ(budget.Rows(), 12);   // 20 + 12 * 2 = 2.2 * 20
  budget.Learn(12, 20 + 3 * 12);  // they cost more than expected
  EXPECT_EQ(budget.Rows(), PromptBudget::kMinRows);
}

// The first rows cost little, many rows more.
TEST(PromptBudget, GrowsByHalfAtATime) {
  PromptBudget budget(64);
  for (int i = 0; i < 50; ++i) budget.Learn(0, 100);
  budget.Learn(8, 101);
  EXPECT_EQ(budget.Rows(), 12);
  budget.Learn(12, 102);
  EXPECT_EQ(budget.Rows(), 18);
  budget.Learn(50, 110);
  EXPECT_EQ(budget.Rows(), 64);
}

}  // namespace
}  // namespace edgevlm
