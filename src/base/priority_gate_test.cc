#include "base/priority_gate.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace edgevlm {
namespace {

TEST(PriorityGate, ShortWorkAloneNeverWaits) {
  PriorityGate gate;
  for (int i = 0; i < 3; ++i) const PriorityGate::Short work(gate);
}

// Never both at the same time, and both make progress.
TEST(PriorityGate, StepsAndShortWorkTakeTurns) {
  PriorityGate gate;
  std::atomic<int> stepping = 0;
  std::atomic<bool> is_done = false;
  std::atomic<int> together = 0;
  std::vector<std::thread> longs;
  for (int i = 0; i < 3; ++i) {
    longs.emplace_back([&] {
      while (!is_done) {
        const PriorityGate::Long work(gate);
        for (int step = 0; step < 5; ++step) {
          ++stepping;
          std::this_thread::yield();
          --stepping;
          gate.Yield();
        }
      }
    });
  }
  for (int i = 0; i < 200; ++i) {
    const PriorityGate::Short work(gate);
    together += stepping;
  }
  is_done = true;
  for (std::thread& thread : longs) thread.join();
  EXPECT_EQ(together, 0);
}

// There is a step of long work between two pieces of short work.
TEST(PriorityGate, ShortWorkDoesNotStarveTheLong) {
  PriorityGate gate;
  std::atomic<int> steps = 0;
  std::thread work([&] {
    const PriorityGate::Long work(gate);
    for (int step = 0; step < 50; ++step) {
      ++steps;
      gate.Yield();
    }
  });
  while (steps == 0) std::this_thread::yield();
  int pieces = 0;
  while (steps < 50) {
    const PriorityGate::Short piece(gate);
    ++pieces;
  }
  work.join();
  EXPECT_LE(pieces, 52);
}

}  // namespace
}  // namespace edgevlm
