#include "profile/profiler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

TEST(Profiler, NullCostsNothingAndDoesNothing) {
  Profiler* none = nullptr;
  PROFILE_ZONE(none, "a");
  PROFILE_ZONE(none, "b");
}

TEST(Profiler, TableSumsCallsAndPutsTheCostliestFirst) {
  Profiler profiler;
  {
    PROFILE_ZONE(&profiler, "outer");
    for (int i = 0; i < 3; ++i) {
      PROFILE_ZONE(&profiler, "inner");
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  const std::string table = profiler.Table();
  EXPECT_THAT(table, HasSubstr("inner         3"));
  EXPECT_THAT(table, HasSubstr("outer         1"));
  EXPECT_THAT(table, HasSubstr("100.0%"));
  EXPECT_LT(table.find("outer"), table.find("inner")) << table;
}

TEST(Profiler, TraceHoldsEveryZoneAndStaysJson) {
  Profiler profiler;
  { PROFILE_ZONE(&profiler, "say \"x\"\n"); }
  { PROFILE_ZONE(&profiler, "vision.block.3.project"); }
  const std::string trace = profiler.Trace();
  EXPECT_THAT(trace, HasSubstr("{\"name\":\"say _x__\",\"ph\":\"X\""));
  EXPECT_THAT(trace, HasSubstr("{\"name\":\"vision.block.3.project\",\"ph\":\"X\""));
}

TEST(Profiler, NothingMarkedGivesAnEmptyTable) {
  EXPECT_EQ(Profiler().Table(), "");
  EXPECT_EQ(Profiler().Trace(), "{\"traceEvents\":[\n],\"displayTimeUnit\":\"ms\"}\n");
}

}  // namespace
}  // namespace edgevlm
