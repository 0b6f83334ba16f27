#include "model/run.h"

#include <gtest/gtest.h>

#include <thread>

namespace edgevlm {
namespace {

TEST(Run, YieldsOnlyToWhoWaits) {
  ThreadPool pool(1);
  Profiler profiler;
  PriorityGate gate;
  const edgevlm::Run run{.pool = pool, .profiler = &profiler, .gate = &gate};
  const PriorityGate::Long scope(gate);
  run.Yield();
  EXPECT_TRUE(profiler.zones().empty()) << "nothing waits";

  std::thread other([&] { const PriorityGate::Short step(gate); });
  while (!gate.is_wanted()) std::this_thread::yield();
  {
    PROFILE_ZONE(&profiler, "pass");
    run.Yield();
  }
  other.join();
  ASSERT_EQ(profiler.zones().size(), 2u);
  EXPECT_EQ(profiler.zones()[1].name, "waiting");
  EXPECT_EQ(profiler.zones()[1].parent, 0) << "time that the pass is not charged with";
}

TEST(Run, NeedsNoGate) {
  ThreadPool pool(1);
  Profiler profiler;
  edgevlm::Run{.pool = pool, .profiler = &profiler}.Yield();
  EXPECT_TRUE(profiler.zones().empty());
}

}  // namespace
}  // namespace edgevlm
