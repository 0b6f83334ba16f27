#include "base/cores.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <utility>

namespace edgevlm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Cores, ProcessorsAreCountedOnce) {
  const std::vector<int> processors = UsableProcessors();
  const std::set<int> different(processors.begin(), processors.end());
  EXPECT_EQ(different.size(), processors.size());
  EXPECT_GE(UsableCores(), 1);
  EXPECT_LE(UsableCores(), static_cast<int>(processors.size()));
  EXPECT_GE(DefaultThreads(), 1);
  EXPECT_LE(DefaultThreads(), UsableCores());
}

TEST(Pinning, HoldsTheThreadAndLetsItGo) {
  const std::vector<int> before = UsableProcessors();
  {
    Result<Pinning> pinning = Pinning::Make(1);
    ASSERT_TRUE(pinning.ok()) << pinning.error().message;
    EXPECT_THAT(pinning->processors(), ElementsAre(before.front()));
    const Pinning moved = *std::move(pinning);
    EXPECT_THAT(UsableProcessors(), ElementsAre(before.front()));
  }
  EXPECT_EQ(UsableProcessors(), before);
}

TEST(Pinning, RefusesMoreThreadsThanProcessors) {
  const std::vector<int> before = UsableProcessors();
  const Result<Pinning> pinning = Pinning::Make(static_cast<int>(before.size()) + 1);
  ASSERT_FALSE(pinning.ok());
  EXPECT_EQ(pinning.error().code, ErrorCode::kInvalid);
  EXPECT_THAT(pinning.error().message, HasSubstr("at most " + std::to_string(before.size())));
  EXPECT_EQ(UsableProcessors(), before);
}

}  // namespace
}  // namespace edgevlm
