#include "engine/scheduling/prompt_share.h"

#include <gtest/gtest.h>

namespace edgevlm {
namespace {

TEST(PromptShare, IsSmallUntilItKnowsMore) {
  PromptShare share(64);
  EXPECT_EQ(share.Rows(), PromptShare::kLeastRows);
  share.Learn(8, 40);
  EXPECT_EQ(share.Rows(), PromptShare::kLeastRows);
  EXPECT_EQ(PromptShare(4).Rows(), 4);
}

TEST(PromptShare, KeepsStepsShort) {
  PromptShare share(64);
  share.Learn(0, 20);                                // a step
  share.Learn(8, 20 + 16);                           // 2 ms per row
  EXPECT_EQ(share.Rows(), 15);                       // 20 + 15 * 2 = 2.5 * 20
  for (int i = 0; i < 50; ++i) share.Learn(0, 100);  // more speak now
  EXPECT_EQ(share.Rows(), 64);
}

}  // namespace
}  // namespace edgevlm
