#include "base/cpu_quota.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace edgevlm {
namespace {

TEST(CpuQuota, IsRoundedUpToThreads) {
  EXPECT_EQ(ParseCpuQuota("200000 100000\n"), 2);
  EXPECT_EQ(ParseCpuQuota("150000 100000"), 2);
  EXPECT_EQ(ParseCpuQuota("200001 100000"), 3);
  EXPECT_EQ(ParseCpuQuota("1000 100000"), 1);
  EXPECT_EQ(ParseCpuQuota("50000 50000"), 1);
  EXPECT_EQ(ParseCpuQuota("9223372036854775807 1"), 2147483647);
}

TEST(CpuQuota, NeedsTwoNumbersAboveZero) {
  for (const char* text : {"", "max", "max 100000", "-1 100000", "0 100000", "100000", "100000 ",
                           "100000 0", "100000 -1", "100000 max", "99999999999999999999 100000"}) {
    EXPECT_EQ(ParseCpuQuota(text), std::nullopt) << text;
  }
}

class ReadCpuQuotaTest : public ::testing::Test {
 protected:
  ~ReadCpuQuotaTest() override { std::filesystem::remove_all(root_); }

  void Write(const std::string& path, const std::string& text) const {
    const std::filesystem::path file = root_ / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  std::optional<int> Read() const { return ReadCpuQuota(root_.string()); }

 private:
  const std::filesystem::path root_ =
      std::filesystem::temp_directory_path() / ("edgevlm_cpu_quota_" + std::to_string(getpid()));
};

TEST_F(ReadCpuQuotaTest, ReadsVersion2) {
  EXPECT_EQ(Read(), std::nullopt);
  Write("sys/fs/cgroup/cpu.max", "max 100000\n");
  EXPECT_EQ(Read(), std::nullopt);
  Write("sys/fs/cgroup/cpu.max", "300000 100000\n");
  EXPECT_EQ(Read(), 3);
}

TEST_F(ReadCpuQuotaTest, TakesTheLowestOfTheGroupsAround) {
  Write("proc/self/cgroup", "0::/outer/inner\n");
  Write("sys/fs/cgroup/outer/cpu.max", "200000 100000\n");
  Write("sys/fs/cgroup/outer/inner/cpu.max", "400000 100000\n");
  EXPECT_EQ(Read(), 2);
  Write("sys/fs/cgroup/outer/inner/cpu.max", "100000 100000\n");
  EXPECT_EQ(Read(), 1);
}

TEST_F(ReadCpuQuotaTest, ReadsVersion1) {
  Write("proc/self/cgroup", "4:cpuset:/\n3:cpu,cpuacct:/docker/abc\n0::/\n");
  Write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
  Write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(Read(), std::nullopt);
  Write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "250000\n");
  EXPECT_EQ(Read(), 3);
}

}  // namespace
}  // namespace edgevlm
