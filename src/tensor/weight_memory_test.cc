#include "tensor/weight_memory.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <vector>

namespace edgevlm {
namespace {

TEST(WeightMemory, WeightsAreAlignedAndApart) {
  std::vector<std::pair<std::shared_ptr<std::byte>, std::size_t>> weights;
  {
    WeightMemory memory;
    // More than a chunk, with some that have memory of their own.
    for (int i = 0; i < 60; ++i) {
      const std::size_t bytes = i % 7 == 3 ? (3 << 20) : 1 + static_cast<std::size_t>(i) * 17'003;
      weights.emplace_back(memory.Alloc(bytes), bytes);
      std::memset(weights.back().first.get(), i, bytes);
    }
  }
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const auto& [memory, bytes] = weights[i];
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory.get()) % 64, 0u);
    EXPECT_EQ(memory.get()[0], static_cast<std::byte>(i));
    EXPECT_EQ(memory.get()[bytes - 1], static_cast<std::byte>(i));
  }
}

TEST(WeightMemory, NoBytesAreAllowed) { EXPECT_NE(WeightMemory().Alloc(0), nullptr); }

}  // namespace
}  // namespace edgevlm
