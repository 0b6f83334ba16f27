#include "profile/profiled_threads.h"

#include <gtest/gtest.h>

#include "profile/make_profile.h"

namespace edgevlm {
namespace {

std::size_t ChunksOfWorkers(const Profiler& profiler) {
  std::size_t chunks = 0;
  for (std::size_t i = 1; i < profiler.tracks().size(); ++i) {
    chunks += profiler.tracks()[i].values.size();
  }
  return chunks;
}

// Loops of one pool from two threads at a time, and from one that no profiler records.
TEST(ProfiledThreads, RecordsALoopForTheThreadThatRunsIt) {
  constexpr int kThreads = 4, kLoops = 200;
  ThreadPool pool(kThreads);
  ProfiledThreads threads;
  LoopRouter router(threads);
  ASSERT_TRUE(pool.Observe(router));
  const auto run_loops = [&](Profiler* profiler, const char* zone) {
    std::optional<ProfiledThreads::Scope> scope;
    if (profiler != nullptr) scope.emplace(threads, *profiler);
    for (int i = 0; i < kLoops; ++i) {
      PROFILE_ZONE(profiler, zone);
      pool.ParallelFor(kThreads, 1, [](int, int, int) { std::this_thread::yield(); });
    }
  };
  Profiler one(kThreads), two(kThreads);
  {
    std::thread first(run_loops, &one, "one"), second(run_loops, &two, "two");
    std::thread other(run_loops, nullptr, "");
    first.join();
    second.join();
    other.join();
  }
  pool.StopObserving();
  for (const Profiler* profiler : {&one, &two}) {
    EXPECT_LE(ChunksOfWorkers(*profiler), std::size_t{kLoops * kThreads});
    for (std::size_t i = 1; i < profiler->tracks().size(); ++i) {
      for (const Profiler::Event& event : profiler->tracks()[i].values) {
        ASSERT_EQ(event.zone, 0) << "in the zone that was open on the thread of the loop";
      }
    }
  }
  EXPECT_GT(ChunksOfWorkers(one) + ChunksOfWorkers(two), 0u);
}

TEST(ProfiledThreads, ForgetsAThreadAtTheEndOfItsScope) {
  ProfiledThreads threads;
  Profiler profiler;
  {
    const ProfiledThreads::Scope scope(threads, profiler);
    EXPECT_EQ(threads.OfThisThread(), &profiler);
    std::thread([&] { EXPECT_EQ(threads.OfThisThread(), nullptr); }).join();
  }
  EXPECT_EQ(threads.OfThisThread(), nullptr);
}

}  // namespace
}  // namespace edgevlm
