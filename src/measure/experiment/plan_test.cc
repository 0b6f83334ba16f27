#include "measure/experiment/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <tuple>

namespace edgevlm {
namespace {

using ::testing::ElementsAre;

TEST(Plan, VisitsEveryConditionOfEveryItemInEveryRoundOnce) {
  const Plan plan({{0, 2}, {1, 3, 4}}, /*items=*/3, /*rounds=*/4, /*seed=*/11);
  ASSERT_EQ(plan.size(), (2 + 3) * 3 * 4);
  std::set<std::tuple<int, int, int>> visited;
  int group = 0;
  for (std::int64_t i = 0; i < plan.size(); ++i) {
    const PlannedSample sample = plan.At(i);
    EXPECT_GE(sample.group, group) << "a model would be loaded twice";
    group = sample.group;
    EXPECT_EQ(sample.group, sample.condition == 0 || sample.condition == 2 ? 0 : 1);
    EXPECT_TRUE(visited.emplace(sample.condition, sample.item, sample.round).second) << i;
  }
}

TEST(Plan, IsTheSameForASeedAndMixesTheConditions) {
  const Plan plan({{0, 1, 2}}, 1, 100, 5), again({{0, 1, 2}}, 1, 100, 5),
      other({{0, 1, 2}}, 1, 100, 6);
  int different = 0, first_is_zero = 0;
  for (std::int64_t i = 0; i < plan.size(); ++i) {
    EXPECT_EQ(plan.At(i).condition, again.At(i).condition);
    different += plan.At(i).condition != other.At(i).condition ? 1 : 0;
    if (i % 3 == 0) first_is_zero += plan.At(i).condition == 0 ? 1 : 0;
  }
  EXPECT_GT(different, 0);
  // 33 of 100 are expected; less than 1 in 10^6 sequences are outside.
  EXPECT_GT(first_is_zero, 10);
  EXPECT_LT(first_is_zero, 60);
}

TEST(Plan, ConditionsWithTheSameEngineAreMeasuredSideBySide) {
  const std::vector<Condition> conditions = {{{"cache", "f16"}, {"max_tokens", "1"}},
                                             {{"cache", "q4"}, {"max_tokens", "1"}},
                                             {{"cache", "f16"}, {"max_tokens", "2"}},
                                             {{"cache", "q4"}, {"max_tokens", "2"}}};
  EXPECT_THAT(GroupByEngine(conditions), ElementsAre(ElementsAre(0, 2), ElementsAre(1, 3)));
}

}  // namespace
}  // namespace edgevlm
