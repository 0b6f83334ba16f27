#include "base/thread_pool.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/cores.h"
#include "base/threads.h"

namespace edgevlm {
namespace {

TEST(ThreadPool, EveryIndexRunsOnce) {
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

// The chunks of a loop by their first index; checks that they adjoin.
std::map<int, int> ChunksOf(int threads, int count, double grain) {
  ThreadPool pool(threads);
  std::mutex one;
  std::map<int, int> chunks;
  pool.ParallelFor(count, grain, [&](int begin, int end, int) {
    const std::lock_guard lock(one);
    chunks[begin] = end;
  });
  int next = 0;
  for (const auto& [begin, end] : chunks) {
    EXPECT_EQ(begin, next);
    next = end;
  }
  EXPECT_EQ(next, count);
  return chunks;
}

TEST(ThreadPool, OnlyLongLoopsHaveMoreChunksThanThreads) {
  EXPECT_EQ(ChunksOf(1, 100000, 1).size(), 1u);
  EXPECT_EQ(ChunksOf(3, 100, 60).size(), 1u);
  EXPECT_EQ(ChunksOf(3, 100, 50).size(), 2u);
  EXPECT_EQ(ChunksOf(3, 100, 1).size(), 3u);
  EXPECT_GT(ChunksOf(3, 1000, 1).size(), 6u);
  // However long the loop, each thread gets only a few.
  EXPECT_EQ(ChunksOf(3, 10000, 1), ChunksOf(3, 10000, 2));
  EXPECT_LT(ChunksOf(3, 1000000, 1).size(), 30u);
}

TEST(ThreadPool, EveryThreadGetsAsManyChunksOfALongLoop) {
  for (const int threads : {2, 3, 5}) {
    for (int count = threads; count < 1000; count += 7) {
      EXPECT_EQ(ChunksOf(threads, count, 1).size() % static_cast<std::size_t>(threads), 0u);
      EXPECT_EQ(ChunksOf(threads, count, 0.01).size() % static_cast<std::size_t>(threads), 0u);
    }
  }
}

TEST(ThreadPool, FewIndicesOfMuchWorkAreALongLoop) {
  EXPECT_EQ(ChunksOf(3, 10, 1).size(), 3u);
  EXPECT_EQ(ChunksOf(3, 10, 0.01).size(), 9u);
  EXPECT_EQ(ChunksOf(3, 2, 0.01).size(), 2u);
}

TEST(ThreadPool, PinnedThreadsStayOnTheirProcessors) {
  const int threads = std::min(2, static_cast<int>(UsableProcessors().size()));
  const Result<Pinning> pinning = Pinning::Make(threads);
  ASSERT_TRUE(pinning.ok()) << pinning.error().message;
  ThreadPool pool(threads, pinning->processors());
  std::atomic<int> strays = 0;
  for (int loop = 0; loop < 100; ++loop) {
    pool.ParallelFor(threads, 1, [&](int, int, int thread) {
      const int expected = pinning->processors()[static_cast<std::size_t>(thread)];
      if (sched_getcpu() != expected || UsableProcessors().size() != 1) ++strays;
    });
  }
  EXPECT_EQ(strays, 0);
}

// Whichever threads throw, the caller gets one exception, after the last chunk has ended.
TEST(ThreadPool, AnExceptionReachesTheCaller) {
  for (const int threads : {1, 2, 5}) {
    ThreadPool pool(threads);
    for (int loop = 0; loop < 200; ++loop) {
      std::atomic<int> running = 0;
      const auto fail = [&](int begin, int end, int) {
        ++running;
        const bool is_last = loop % 2 == 1 && end == 100;
        if (loop % 2 == 0 || is_last) {
          --running;
          throw std::runtime_error("chunk " + std::to_string(begin));
        }
        --running;
      };
      EXPECT_THROW(pool.ParallelFor(100, 1, fail), std::runtime_error);
      EXPECT_EQ(running, 0);
    }
    std::atomic<int> sum = 0;
    pool.ParallelFor(100, 1, [&](int begin, int end, int) { sum += end - begin; });
    EXPECT_EQ(sum, 100);
  }
}

TEST(JoiningThreads, AnExceptionWaitsForJoin) {
  std::atomic<int> done = 0;
  JoiningThreads threads;
  for (int i = 0; i < 3; ++i) {
    threads.Start("a test", [&done, i] {
      if (i == 1) throw std::runtime_error("one");
      ++done;
    });
  }
  EXPECT_THROW(threads.Join(), std::runtime_error);
  EXPECT_EQ(done, 2);
  threads.Join();
}

TEST(ThreadPool, SeveralCallersWaitForEachOther) {
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
