#include "cache/sequence_cache.h"

#include <gtest/gtest.h>

#include <vector>

#include "cache/plain_layer.h"
#include "tensor/half.h"

namespace edgevlm {
namespace {

constexpr int kWidth = 3;
using HalfLayer = PlainLayer<std::uint16_t>;

// Row r of the keys is (first + r), of the values minus that; exact in float16.
void AppendNumbers(int first, int count, LayerCache& cache) {
  std::vector<float> keys, values;
  for (int i = 0; i < count * kWidth; ++i) {
    keys.push_back(static_cast<float>(first + i / kWidth));
    values.push_back(-keys.back());
  }
  cache.Append({keys.data(), count, kWidth}, {values.data(), count, kWidth});
}

void ExpectNumbers(const LayerCache& cache, const std::vector<int>& expected) {
  ASSERT_EQ(cache.positions(), static_cast<int>(expected.size()));
  const std::size_t count = expected.size() * kWidth;
  std::vector<float> keys(count), values(count);
  cache.Read(0, {keys.data(), cache.positions(), kWidth},
             {values.data(), cache.positions(), kWidth});
  for (std::size_t i = 0; i < count; ++i) {
    EXPECT_EQ(keys[i], static_cast<float>(expected[i / kWidth]));
    EXPECT_EQ(values[i], -keys[i]);
  }
}

HalfLayer Layer(int capacity, int heads = 1, int head_width = kWidth) {
  return HalfLayer({.capacity = capacity, .heads = heads, .head_width = head_width});
}

TEST(LayerCache, AppendsSpansOfAnyLength) {
  HalfLayer cache = Layer(8);
  AppendNumbers(0, 5, cache);
  AppendNumbers(5, 0, cache);
  AppendNumbers(5, 1, cache);
  AppendNumbers(6, 2, cache);
  ExpectNumbers(cache, {0, 1, 2, 3, 4, 5, 6, 7});
}

TEST(LayerCache, ReadsColumnsOfAWiderMatrix) {
  HalfLayer cache = Layer(2);
  std::vector<float> wide = {0, 7, 7, 7, -7, -7, -7, 0, 8, 8, 8, -8, -8, -8};
  const View<const float> matrix(wide.data(), 2, 7);
  cache.Append(matrix.Cols(1, kWidth), matrix.Cols(4, kWidth));
  ExpectNumbers(cache, {7, 8});
}

// Row r, head h holds 10 r + h and minus that.
TEST(LayerCache, KeepsTheRowsOfAHeadContiguous) {
  HalfLayer cache = Layer(5, 2, 2), copy = Layer(3, 2, 2);
  const std::vector<float> keys = {0, 0, 1, 1, 10, 10, 11, 11, 20, 20, 21, 21};
  const std::vector<float> values = {0, 0, -1, -1, -10, -10, -11, -11, -20, -20, -21, -21};
  cache.Append({keys.data(), 3, 4}, {values.data(), 3, 4});
  copy.CopyFrom(cache, 2);
  for (const HalfLayer* held : {&cache, &copy}) {
    const auto held_keys = held->stored().keys(), held_values = held->stored().values();
    for (int head = 0; head < 2; ++head) {
      EXPECT_EQ(held_keys.Head(head).Row(1).data(), held_keys.Head(head).Row(0).data() + 2);
      for (int row = 0; row < held->positions(); ++row) {
        const auto number = static_cast<float>(10 * row + head);
        EXPECT_EQ(HalfToFloat(held_keys.Head(head).Row(row)[1]), number);
        EXPECT_EQ(HalfToFloat(held_values.Head(head).Row(row)[0]), -number);
      }
    }
  }
}

TEST(LayerCache, CutBackAndContinue) {
  HalfLayer cache = Layer(4);
  AppendNumbers(0, 4, cache);
  cache.TruncateTo(2);
  AppendNumbers(9, 2, cache);
  ExpectNumbers(cache, {0, 1, 9, 10});
  cache.TruncateTo(0);
  ExpectNumbers(cache, {});
}

TEST(LayerCacheDeathTest, DoesNotGrowBeyondItsCapacity) {
  HalfLayer cache = Layer(2);
  EXPECT_DEATH(AppendNumbers(0, 3, cache), "CHECK");
  EXPECT_DEATH(cache.TruncateTo(1), "CHECK");
}

TEST(SequenceCache, CopiesAtAPointAndDiverges) {
  SequenceCache one({.layers = 2, .capacity = 4, .heads = 1, .head_width = kWidth});
  SequenceCache two({.layers = 2, .capacity = 8, .heads = 1, .head_width = kWidth});
  for (int layer = 0; layer < 2; ++layer) AppendNumbers(10 * layer, 3, one.layer(layer));
  two.CopyFrom(one, 2);
  for (int layer = 0; layer < 2; ++layer) AppendNumbers(50, 1, two.layer(layer));
  ExpectNumbers(two.layer(1), {10, 11, 50});
  ExpectNumbers(one.layer(1), {10, 11, 12});
  one.TruncateTo(1);
  ExpectNumbers(one.layer(0), {0});
  EXPECT_EQ(two.positions(), 3);
  EXPECT_EQ(two.bytes(), 2u * 2u * 2u * 8u * kWidth);
}

}  // namespace
}  // namespace edgevlm
