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
  const SystemFigures figures = ReadSystem();
  EXPECT_GT(figures.resident, 0);
  EXPECT_GE(figures.resident_peak, figures.resident / 2);
  EXPECT_GT(figures.memory_total, figures.resident);
  EXPECT_GT(figures.open_files, 2);
  EXPECT_GE(figures.cpu_seconds, 0);
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
  const SystemFigures figures = ReadSystem(root);
  EXPECT_EQ(figures.resident, 10 * 1024);
  EXPECT_EQ(figures.anonymous, 4 * 1024);
  EXPECT_EQ(figures.swapped, 1024);
  EXPECT_EQ(figures.memory_available, 50 * 1024);
  EXPECT_EQ(figures.load, 0.25);
  EXPECT_EQ(figures.temperature_celsius, 52.5);
}

TEST(System, MissingFilesAreZeros) {
  const SystemFigures figures = ReadSystem("/nowhere");
  EXPECT_EQ(figures.resident, 0);
  EXPECT_FALSE(figures.temperature_celsius);
}

}  // namespace
}  // namespace edgevlm
