#include "profile/profiled_threads.h"

#include <gtest/gtest.h>

#include <barrier>
#include <optional>
#include <thread>

namespace edgevlm {
namespace {

// Loops of one pool from two threads at a time, and from one that no profiler records.
TEST(ProfiledThreads, RecordsALoopForTheThreadThatRunsIt) {
  constexpr int kThreads = 4, kLoops = 50;
  ThreadPool pool(kThreads);
  ProfiledThreads threads;
  LoopRouter router(threads);
  ASSERT_TRUE(pool.Observe(router));
  const auto run_loops = [&](Profiler* profiler) {
    std::optional<ProfiledThreads::Scope> scope;
    if (profiler != nullptr) scope.emplace(threads, *profiler);
    std::barrier all(kThreads);  // so that each thread of the pool gets a chunk
    for (int i = 0; i < kLoops; ++i) {
      PROFILE_ZONE(profiler, "loop");
      pool.ParallelFor(kThreads, 1, [&all](int, int, int) { all.arrive_and_wait(); });
    }
  };
  Profiler one(kThreads), two(kThreads);
  std::thread first(run_loops, &one), second(run_loops, &two), other(run_loops, nullptr);
  for (std::thread* thread : {&first, &second, &other}) thread->join();
  pool.StopObserving();
  for (const Profiler* profiler : {&one, &two}) {
    for (std::size_t i = 1; i < profiler->tracks().size(); ++i) {
      ASSERT_EQ(profiler->tracks()[i].values.size(), std::size_t{kLoops});
      for (const Profiler::Event& event : profiler->tracks()[i].values) {
        ASSERT_EQ(event.zone, 0) << "in the zone that was open on the thread of the loop";
      }
    }
  }
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
