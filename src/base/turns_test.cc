#include "base/turns.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace edgevlm {
namespace {

TEST(Turns, ShortWorkAloneNeverWaits) {
  Turns turns;
  for (int i = 0; i < 3; ++i) const Turns::Short work(turns);
}

// Never both at the same time, and both get on.
TEST(Turns, StepsAndShortWorkTakeTurns) {
  Turns turns;
  std::atomic<int> stepping = 0;
  std::atomic<bool> is_done = false;
  std::atomic<int> together = 0;
  std::vector<std::thread> longs;
  for (int i = 0; i < 3; ++i) {
    longs.emplace_back([&] {
      while (!is_done) {
        const Turns::Long work(turns);
        for (int step = 0; step < 5; ++step) {
          ++stepping;
          std::this_thread::yield();
          --stepping;
          turns.Yield();
        }
      }
    });
  }
  for (int i = 0; i < 200; ++i) {
    const Turns::Short work(turns);
    together += stepping;
  }
  is_done = true;
  for (std::thread& thread : longs) thread.join();
  EXPECT_EQ(together, 0);
}

// Between two pieces of short work lies a step of the long one.
TEST(Turns, ShortWorkDoesNotStarveTheLong) {
  Turns turns;
  std::atomic<int> steps = 0;
  std::thread work([&] {
    const Turns::Long work(turns);
    for (int step = 0; step < 50; ++step) {
      ++steps;
      turns.Yield();
    }
  });
  while (steps == 0) std::this_thread::yield();
  int pieces = 0;
  while (steps < 50) {
    const Turns::Short piece(turns);
    ++pieces;
  }
  work.join();
  EXPECT_LE(pieces, 52);
}

}  // namespace
}  // namespace edgevlm
