// Saving and restoring a sequence, for every policy.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cache/testing/random_cache.h"

namespace edgevlm {
namespace {

using ::testing::HasSubstr;

constexpr int kLayers = 2;

std::vector<std::byte> Bytes(const SequenceCache& cache) {
  std::vector<std::byte> bytes;
  ByteWriter writer(bytes);
  cache.Save(writer);
  return bytes;
}

MaybeError RestoreFrom(const std::vector<std::byte>& bytes, SequenceCache& cache) {
  ByteReader reader(bytes);
  auto error = cache.Restore(reader);
  EXPECT_TRUE(error || reader.remaining() == 0u);
  return error;
}

class SavedCache : public ::testing::TestWithParam<std::string> {
 protected:
  CacheShape Shape(int capacity = 400) const {
    return {.layers = kLayers,
            .capacity = capacity,
            .heads = 2,
            .head_width = 9,
            .options = *ParseCacheOptions(GetParam())};
  }
};

// A restored cache continues like the one that was saved, bit for bit.
TEST_P(SavedCache, ContinuesAsBefore) {
  for (const int positions : {0, 1, 33, 150, 390}) {
    SequenceCache cache(Shape()), again(Shape(397));
    RandomText text(1);
    text.Attend(positions, cache);
    text.EndPrompt(cache);
    const std::vector<std::byte> bytes = Bytes(cache);
    const MaybeError error = RestoreFrom(bytes, again);
    ASSERT_FALSE(error) << error->message;
    EXPECT_EQ(again.positions(), positions);
    SequenceCache same_capacity(Shape());
    ASSERT_FALSE(RestoreFrom(bytes, same_capacity));
    EXPECT_EQ(Bytes(same_capacity), bytes);
    RandomText rest(2), same(2);
    EXPECT_EQ(rest.Attend(7, cache), same.Attend(7, again)) << "after " << positions;
  }
}

// Truncated bytes are rejected and leave the cache empty and usable.
TEST_P(SavedCache, RejectsTruncatedBytes) {
  SequenceCache cache(Shape()), again(Shape());
  RandomText text(3);
  text.Attend(120, cache);
  text.EndPrompt(cache);
  const std::vector<std::byte> bytes = Bytes(cache);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const MaybeError error =
        RestoreFrom({bytes.begin(), bytes.begin() + static_cast<int>(size)}, again);
    ASSERT_TRUE(error) << "cut at " << size;
    ASSERT_EQ(again.positions(), 0);
  }
  ASSERT_FALSE(RestoreFrom(bytes, again));
}

// Any single changed byte is rejected or accepted; never a crash, and all values stay finite.
TEST_P(SavedCache, SurvivesEveryChangedByte) {
  SequenceCache cache(Shape()), again(Shape());
  RandomText text(4);
  text.Attend(110, cache);
  text.EndPrompt(cache);
  const std::vector<std::byte> bytes = Bytes(cache);
  for (std::size_t i = 0; i < bytes.size(); i += i < 2000 ? 1 : 13) {
    std::vector<std::byte> changed = bytes;
    changed[i] = ~changed[i];
    if (RestoreFrom(changed, again)) continue;
    RandomText rest(5);
    for (const float value : rest.Attend(2, again)) ASSERT_TRUE(std::isfinite(value)) << i;
  }
}

TEST_P(SavedCache, RejectsAnotherShape) {
  SequenceCache cache(Shape());
  RandomText text(6);
  text.Attend(40, cache);
  const std::vector<std::byte> bytes = Bytes(cache);
  CacheShape other = Shape();
  other.layers = 3;
  SequenceCache three(other);
  EXPECT_THAT(RestoreFrom(bytes, three)->message, HasSubstr("layers: expected 3, found 2"));
  SequenceCache small(Shape(39));
  EXPECT_THAT(RestoreFrom(bytes, small)->message, HasSubstr("expected at most 39, found 40"));
  other = Shape();
  other.options = *ParseCacheOptions(GetParam() == "f16" ? "q8_0" : "f16");
  SequenceCache plain(other);
  EXPECT_THAT(RestoreFrom(bytes, plain)->message, HasSubstr("cache: policy: expected"));
}

INSTANTIATE_TEST_SUITE_P(Policies, SavedCache, ::testing::ValuesIn(EveryPolicy()),
                         [](const auto& info) { return TestName(info.param); });

}  // namespace
}  // namespace edgevlm
