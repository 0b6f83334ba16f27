#include "server/task_queue.h"

#include <gtest/gtest.h>

#include <future>
#include <string>

namespace edgevlm {
namespace {

TEST(TaskQueue, RunsTasksInOrder) {
  TaskQueue queue("tests", 8);
  std::string order;
  std::promise<void> done;
  for (const char c : {'a', 'b', 'c'}) {
    EXPECT_TRUE(queue.Add([&order, c] { order += c; }));
  }
  EXPECT_TRUE(queue.Add([&done] { done.set_value(); }));
  done.get_future().wait();
  EXPECT_EQ(order, "abc");
}

TEST(TaskQueue, RejectsTasksWhenFullAndDropsWhatWaitsAtTheEnd) {
  std::promise<void> started, go;
  bool ran = false;
  {
    TaskQueue queue("tests", 1);
    EXPECT_TRUE(queue.Add([&] {
      started.set_value();
      go.get_future().wait();
    }));
    started.get_future().wait();
    EXPECT_TRUE(queue.Add([&ran] { ran = true; }));
    EXPECT_FALSE(queue.Add([] {}));
    // The first task ends only now, so the second may or may not run before the end.
    go.set_value();
  }
  SUCCEED() << ran;
}

}  // namespace
}  // namespace edgevlm
