#include "base/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace edgevlm {
namespace {

TEST(ThreadPool, EveryIndexIsDoneOnce) {
  for (int threads : {1, 2, 3, 8}) {
    ThreadPool pool(threads);
    for (int count : {0, 1, 2, 3, 7, 64, 1001}) {
      for (int grain : {1, 2, 100}) {
        std::vector<std::atomic<int>> done(static_cast<std::size_t>(count));
        pool.ParallelFor(count, grain, [&](int begin, int end, int thread) {
          EXPECT_LT(thread, threads);
          for (int i = begin; i < end; ++i) ++done[static_cast<std::size_t>(i)];
        });
        for (const auto& times : done) EXPECT_EQ(times, 1) << threads << " threads, " << count;
      }
    }
  }
}

TEST(ThreadPool, ManyLoopsInARowWithAndWithoutSleeping) {
  ThreadPool pool(3);
  std::atomic<std::int64_t> sum = 0;
  for (int loop = 0; loop < 2000; ++loop) {
    if (loop % 500 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    pool.ParallelFor(10, 1, [&](int begin, int end, int) { sum += end - begin; });
  }
  EXPECT_EQ(sum, 20000);
}

TEST(ThreadPool, SeveralCallersTakeTurns) {
  ThreadPool pool(2);
  std::atomic<int> sum = 0;
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 4; ++caller) {
    callers.emplace_back([&] {
      for (int loop = 0; loop < 200; ++loop) {
        pool.ParallelFor(8, 1, [&](int begin, int end, int) { sum += end - begin; });
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(sum, 4 * 200 * 8);
}

}  // namespace
}  // namespace edgevlm
