#include "engine/byte_bounded_lru.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace edgevlm {
namespace {

using ::testing::ElementsAre;

std::vector<int> ValuesOf(ByteBoundedLru<int>& lru) {
  std::vector<int> values;
  for (const auto& entry : lru) values.push_back(entry.value);
  return values;
}

TEST(ByteBoundedLru, EvictsTheLeastRecentlyUsed) {
  ByteBoundedLru<int> lru(10);
  lru.Insert(1, 4);
  lru.Insert(2, 4);
  lru.MarkUsed(std::next(lru.begin()));  // 1
  EXPECT_THAT(ValuesOf(lru), ElementsAre(1, 2));
  lru.Insert(3, 5);
  EXPECT_THAT(ValuesOf(lru), ElementsAre(3, 1));
  lru.Insert(4, 10);  // needs everything
  EXPECT_THAT(ValuesOf(lru), ElementsAre(4));
  const CacheCounters counters = lru.Counters({.hits = 7, .misses = 8});
  EXPECT_EQ(counters.evictions, 3u);
  EXPECT_EQ(counters.entries, 1u);
  EXPECT_EQ(counters.bytes, 10u);
  EXPECT_EQ(counters.budget_bytes, 10u);
  EXPECT_EQ(counters.hits, 7u);
  EXPECT_EQ(counters.misses, 8u);
}

TEST(ByteBoundedLru, CountsWhatIsErasedAsFree) {
  ByteBoundedLru<int> lru(10);
  EXPECT_TRUE(lru.Fits(10));
  EXPECT_FALSE(lru.Fits(11));
  lru.Insert(1, 6);
  EXPECT_EQ(lru.Erase(lru.begin()), lru.end());
  lru.Insert(2, 10);
  EXPECT_THAT(ValuesOf(lru), ElementsAre(2));
  lru.Clear();
  EXPECT_EQ(lru.Counters({}).bytes, 0u);
  EXPECT_EQ(lru.Counters({}).evictions, 0u) << "neither was evicted";
}

}  // namespace
}  // namespace edgevlm
