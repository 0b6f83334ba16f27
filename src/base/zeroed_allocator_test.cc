#include "base/zeroed_allocator.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string_view>
#include <vector>

namespace edgevlm {
namespace {

using Words = std::vector<std::uint32_t, ZeroedAllocator<std::uint32_t>>;

std::size_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t all = 0, resident = 0;
  statm >> all >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

TEST(ZeroedAllocator, TakesMemoryWhereItIsTouched) {
  const char* const sanitizers = std::getenv("EDGEVLM_SANITIZE");
  if (sanitizers != nullptr && std::string_view(sanitizers) == "thread") {
    GTEST_SKIP() << "the thread sanitizer keeps notes on every page that is mapped";
  }
  constexpr std::size_t kBytes = 256 << 20;
  const std::size_t before = ResidentBytes();
  Words words(kBytes / 4);
  words.resize(words.size() - 1);
  EXPECT_LT(ResidentBytes(), before + kBytes / 4);
  for (std::size_t i = 0; i < words.size() / 2; i += 1000) {
    EXPECT_EQ(words[i], 0u);
    words[i] = 7;
  }
  EXPECT_GT(ResidentBytes(), before + kBytes / 4);
  EXPECT_LT(ResidentBytes(), before + kBytes * 3 / 4);
}

TEST(ZeroedAllocator, HoldsValuesLikeAnyVector) {
  Words words = {1, 2, 3};
  words.push_back(4);
  words.resize(6);
  EXPECT_EQ(words, (Words{1, 2, 3, 4, 0, 0}));
  words.assign(3, 9);
  EXPECT_EQ(words, (Words{9, 9, 9}));
}

}  // namespace
}  // namespace edgevlm
