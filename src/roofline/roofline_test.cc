#include "roofline/roofline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "base/cpu.h"
#include "roofline/probes.h"

namespace edgevlm {
namespace {

using ::testing::Contains;
using ::testing::Field;

TEST(Roofline, EveryLimitIsMeasuredOnce) {
  ThreadPool pool(2);
  const auto limits = MeasureRoofline({.probe_ms = 1, .tries = 1, .memory_bytes = 4 << 20}, pool);
  std::vector<std::string> names;
  for (const Limit& limit : limits) {
    EXPECT_GT(limit.one_thread, 0) << limit.name;
    EXPECT_GT(limit.all_threads, 0) << limit.name;
    for (const std::string& name : names) EXPECT_NE(name, limit.name);
    names.push_back(limit.name);
  }
  for (const char* name : {"float32", "read L1", "read L2", "read memory"}) {
    EXPECT_THAT(names, Contains(name));
  }
}

// A probe that skipped bytes would report too high a bandwidth.
TEST(Roofline, ReadingReadsEveryByte) {
  std::vector<ReadProbe> probes = {ReadScalar};
#if defined(__x86_64__)
  if (Includes(BestIsa(), Isa::kAvx2)) probes.push_back(ReadAvx2);
  if (Includes(BestIsa(), Isa::kAvx512)) probes.push_back(ReadAvx512);
#elif defined(__aarch64__)
  probes.push_back(ReadNeon);
#endif
  alignas(64) std::array<std::byte, 2 * kReadBytes> data = {};
  for (const ReadProbe probe : probes) {
    EXPECT_EQ(probe(data.data(), data.size()), 0u);
    for (std::byte& byte : data) {
      byte = std::byte{255};
      EXPECT_NE(probe(data.data(), data.size()), 0u) << &byte - data.data();
      byte = std::byte{0};
    }
  }
}

}  // namespace
}  // namespace edgevlm
