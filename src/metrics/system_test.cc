#include "metrics/system.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace edgevlm {
namespace {

void Write(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path) << text;
}

TEST(System, ReadsTheRunningProcess) {
  const SystemStats stats = ReadSystem();
  EXPECT_GT(stats.resident, 0);
  EXPECT_GE(stats.resident_peak, stats.resident / 2);
  EXPECT_GT(stats.memory_total, stats.resident);
  EXPECT_GT(stats.open_files, 2);
  EXPECT_GE(stats.cpu_seconds, 0);
}

TEST(System, ReadsFieldsAndTheHottestSensor) {
  const std::string root = ::testing::TempDir() + "/system_test";
  Write(root + "/proc/self/status",
        "VmHWM:\t 20 kB\nVmRSS:\t 10 kB\nRssAnon: 4 kB\nVmSwap: 1 kB\n");
  Write(root + "/proc/meminfo", "MemTotal: 100 kB\nMemAvailable: 50 kB\n");
  Write(root + "/proc/loadavg", "0.25 0.1 0.1 1/2 3\n");
  Write(root + "/sys/class/thermal/thermal_zone0/temp", "41000\n");
  Write(root + "/sys/class/thermal/thermal_zone1/temp", "52500\n");
  Write(root + "/sys/class/thermal/cooling_device0/type", "Fan\n");
  const SystemStats stats = ReadSystem(root);
  EXPECT_EQ(stats.resident, 10 * 1024);
  EXPECT_EQ(stats.anonymous, 4 * 1024);
  EXPECT_EQ(stats.swapped, 1024);
  EXPECT_EQ(stats.memory_available, 50 * 1024);
  EXPECT_EQ(stats.load, 0.25);
  EXPECT_EQ(stats.temperature_celsius, 52.5);
}

TEST(System, MissingFilesAreZeros) {
  const SystemStats stats = ReadSystem("/nowhere");
  EXPECT_EQ(stats.resident, 0);
  EXPECT_FALSE(stats.temperature_celsius);
}

}  // namespace
}  // namespace edgevlm
