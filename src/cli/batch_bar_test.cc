#include "cli/batch_bar.h"

#include <gtest/gtest.h>

namespace edgevlm {
namespace {

TEST(BatchBar, ShowsRateAndTimeLeftOfThisRun) {
  const BatchProgress progress = {.images = 10000, .earlier = 2000, .done = 300, .failed = 20};
  // 30 a second; 10000 - 2300 - 20 = 7680 images take 256 s.
  EXPECT_EQ(BatchProgressText(progress, 10),
            "2300/10000 images, 30.0 a second, 0:04:16 left, 20 failed");
}

TEST(BatchBar, GuessesNothingBeforeTheFirstResult) {
  EXPECT_EQ(BatchProgressText({.images = 5, .earlier = 2}, 3), "2/5 images");
  EXPECT_EQ(BatchProgressText({.images = 5, .failed = 5}, 3), "0/5 images, 5 failed");
}

}  // namespace
}  // namespace edgevlm
