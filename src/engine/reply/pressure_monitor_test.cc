#include "engine/reply/pressure_monitor.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/machine_state.h"

namespace edgevlm {
namespace {

// A folder that replaces "/".
class FakeMachine {
 public:
  FakeMachine()
      : root_(std::filesystem::temp_directory_path() /
              ("edgevlm_machine_" + std::to_string(getpid()) + "_" + std::to_string(count_++))) {}
  ~FakeMachine() { std::filesystem::remove_all(root_); }
  FakeMachine(const FakeMachine&) = delete;
  FakeMachine& operator=(const FakeMachine&) = delete;

  void Write(const std::string& path, const std::string& text) const {
    const std::filesystem::path file = root_ / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  std::string root() const { return root_.string(); }

 private:
  inline static int count_ = 0;
  std::filesystem::path root_;
};

constexpr std::int64_t kMebibyte = 1 << 20;

std::string Meminfo(std::int64_t all_kib, std::int64_t left_kib) {
  return "MemTotal:  " + std::to_string(all_kib) +
         " kB\nMemFree: 7 kB\nMemAvailable:  " + std::to_string(left_kib) +
         " kB\nHugePages_Total:  0\n";
}

TEST(MachineState, TakesTheFirstLimitThereIs) {
  const FakeMachine machine;
  EXPECT_FALSE(ReadMemoryUse(0, machine.root()));
  machine.Write("proc/meminfo", Meminfo(1000, 400));
  const auto of_machine = ReadMemoryUse(0, machine.root());
  ASSERT_TRUE(of_machine);
  EXPECT_EQ(of_machine->used_bytes, 600 * 1024);
  EXPECT_EQ(of_machine->limit_bytes, 800 * 1024);
  machine.Write("sys/fs/cgroup/memory/memory.usage_in_bytes", "333\n");
  machine.Write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(ReadMemoryUse(0, machine.root())->used_bytes, 600 * 1024);
  machine.Write("sys/fs/cgroup/memory/memory.limit_in_bytes", "4444\n");
  EXPECT_EQ(ReadMemoryUse(0, machine.root())->used_bytes, 333);
  machine.Write("sys/fs/cgroup/memory.current", "111\n");
  machine.Write("sys/fs/cgroup/memory.max", "max\n");
  EXPECT_EQ(ReadMemoryUse(0, machine.root())->used_bytes, 333);
  machine.Write("sys/fs/cgroup/memory.max", "222\n");
  EXPECT_EQ(ReadMemoryUse(0, machine.root())->limit_bytes, 222);
  machine.Write("proc/self/statm", "50 3 1\n");
  EXPECT_EQ(ReadMemoryUse(kMebibyte, machine.root())->used_bytes, 3 * sysconf(_SC_PAGESIZE));
  EXPECT_EQ(ReadMemoryUse(kMebibyte, machine.root())->limit_bytes, kMebibyte);
}

TEST(MachineState, TakesTheWarmestSensor) {
  const FakeMachine machine;
  EXPECT_FALSE(ReadTemperature(machine.root()));
  machine.Write("sys/class/hwmon/hwmon0/temp1_input", "31000\n");
  machine.Write("sys/class/hwmon/hwmon0/temp1_max", "99000\n");
  machine.Write("sys/class/hwmon/hwmon1/temp2_input", "42500\n");
  EXPECT_EQ(ReadTemperature(machine.root()), 42.5);
  machine.Write("sys/class/thermal/thermal_zone0/temp", "51000\n");
  machine.Write("sys/class/thermal/thermal_zone1/temp", "50000\n");
  machine.Write("sys/class/thermal/cooling_device0/cur_state", "90000\n");
  EXPECT_EQ(ReadTemperature(machine.root()), 51.0);
}

TEST(PressureMonitor, GoesOneStepAtATimeAndComesBack) {
  const FakeMachine machine;
  PressureMonitor pressure_monitor({.memory_limit_bytes = 0}, machine.root(),
                                   std::chrono::milliseconds(0));
  const auto policy = [&](const char* wanted, std::int64_t used_percent) {
    machine.Write("sys/fs/cgroup/memory.current", std::to_string(10 * used_percent));
    machine.Write("sys/fs/cgroup/memory.max", "1000");
    return CacheText(pressure_monitor.CacheFor(*ParseCacheOptions(wanted)));
  };
  EXPECT_EQ(policy("f16", 50), "f16");
  EXPECT_EQ(policy("f16", 101), "q8_0");
  EXPECT_EQ(policy("f16", 95), "q8_0");
  EXPECT_EQ(policy("f16", 101), "q4");
  EXPECT_EQ(policy("f16", 120), "q4");
  EXPECT_EQ(policy("window:64", 95), "window:64");
  EXPECT_EQ(policy("f16", 89), "q8_0");
  EXPECT_EQ(policy("f16", 91), "q8_0");
  EXPECT_EQ(policy("f16", 10), "f16");
}

TEST(PressureMonitor, WatchesOnlyWhatItIsToldTo) {
  const FakeMachine machine;
  machine.Write("sys/fs/cgroup/memory.current", "2000");
  machine.Write("sys/fs/cgroup/memory.max", "1000");
  machine.Write("sys/class/thermal/thermal_zone0/temp", "99000");
  PressureMonitor pressure_monitor({.memory_limit_bytes = -1, .temperature_limit_celsius = 0},
                                   machine.root());
  EXPECT_EQ(pressure_monitor.CacheFor({}), CacheOptions());
  EXPECT_FALSE(pressure_monitor.IsHot());
}

TEST(PressureMonitor, RestsUntilItIsCoolerByAGap) {
  const FakeMachine machine;
  PressureMonitor pressure_monitor({.temperature_limit_celsius = 70}, machine.root(),
                                   std::chrono::milliseconds(0));
  const auto is_hot = [&](const char* temperature) {
    machine.Write("sys/class/thermal/thermal_zone0/temp", temperature);
    return pressure_monitor.IsHot();
  };
  EXPECT_FALSE(is_hot("69000"));
  EXPECT_TRUE(is_hot("70500"));
  EXPECT_TRUE(is_hot("66000"));
  EXPECT_FALSE(is_hot("64900"));
  EXPECT_FALSE(is_hot("69900"));
}

TEST(PressureMonitor, BelievesWhatItReadForAWhile) {
  const FakeMachine machine;
  PressureMonitor pressure_monitor({.temperature_limit_celsius = 70}, machine.root(),
                                   std::chrono::hours(1));
  machine.Write("sys/class/thermal/thermal_zone0/temp", "20000");
  EXPECT_FALSE(pressure_monitor.IsHot());
  machine.Write("sys/class/thermal/thermal_zone0/temp", "90000");
  EXPECT_FALSE(pressure_monitor.IsHot());
}

}  // namespace
}  // namespace edgevlm
