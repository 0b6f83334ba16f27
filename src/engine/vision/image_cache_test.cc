#include "engine/vision/image_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

namespace edgevlm {
namespace {

// About 4 KiB.
EncodedImage OneTokenImage(float first) {
  EncodedImage image;
  image.tokens = 1;
  image.width = 1000;
  image.embeddings.assign(1000, first);
  return image;
}

constexpr std::size_t kBytesForTwo = 9000;

float FirstOf(ImageCache& cache, const std::string& key, float made) {
  const auto found =
      cache.Get(key, [made]() -> Result<EncodedImage> { return OneTokenImage(made); });
  return found->image->embeddings.front();
}

TEST(ImageCache, MakesEachOnce) {
  ImageCache cache(kBytesForTwo);
  EXPECT_EQ(FirstOf(cache, "a", 1), 1);
  EXPECT_EQ(FirstOf(cache, "a", 2), 1);
  EXPECT_EQ(FirstOf(cache, "b", 3), 3);
  const CacheCounters counters = cache.counters();
  EXPECT_EQ(counters.hits, 1u);
  EXPECT_EQ(counters.misses, 2u);
  EXPECT_EQ(counters.entries, 2u);
  EXPECT_GT(counters.bytes, 8000u);
  EXPECT_EQ(counters.budget_bytes, kBytesForTwo);
}

TEST(ImageCache, WhatWasNotAskedForLongestGoes) {
  ImageCache cache(kBytesForTwo);
  FirstOf(cache, "a", 1);
  FirstOf(cache, "b", 2);
  FirstOf(cache, "a", 9);
  FirstOf(cache, "c", 3);
  EXPECT_EQ(FirstOf(cache, "a", 9), 1);
  EXPECT_EQ(FirstOf(cache, "b", 7), 7) << "b had to go for c";
  EXPECT_EQ(cache.counters().evictions, 2u);
  EXPECT_LE(cache.counters().bytes, kBytesForTwo);
}

TEST(ImageCache, WhatIsLargerThanTheBudgetIsNotKept) {
  ImageCache cache(1000);
  EXPECT_EQ(FirstOf(cache, "a", 1), 1);
  EXPECT_EQ(FirstOf(cache, "a", 2), 2);
  EXPECT_EQ(cache.counters().bytes, 0u);
  EXPECT_EQ(cache.counters().entries, 0u);
}

TEST(ImageCache, TakesImagesFromElsewhere) {
  ImageCache cache(kBytesForTwo);
  cache.Put("a", std::make_shared<const EncodedImage>(OneTokenImage(5)));
  cache.Put("a", std::make_shared<const EncodedImage>(OneTokenImage(6)));
  EXPECT_EQ(FirstOf(cache, "a", 9), 5);
  EXPECT_EQ(cache.counters().entries, 1u);
}

TEST(ImageCache, AFailureIsTriedAgain) {
  ImageCache cache(kBytesForTwo);
  const auto failed = cache.Get("a", []() -> Result<EncodedImage> {
    return Error{ErrorCode::kCorrupt, "no"};
  });
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().message, "no");
  EXPECT_EQ(FirstOf(cache, "a", 1), 1);
  EXPECT_EQ(cache.counters().misses, 2u);
}

// The first continues when the others are counted as waiting.
TEST(ImageCache, WhoAsksMeanwhileWaits) {
  ImageCache cache(kBytesForTwo);
  std::promise<void> started;
  std::promise<void> go_on;
  std::atomic<int> made = 0;
  std::thread first([&] {
    const auto found = cache.Get("a", [&]() -> Result<EncodedImage> {
      ++made;
      started.set_value();
      go_on.get_future().wait();
      return OneTokenImage(1);
    });
    EXPECT_TRUE(found->is_new);
  });
  started.get_future().wait();
  std::vector<std::thread> others;
  for (int i = 0; i < 3; ++i) {
    others.emplace_back([&] {
      const auto found = cache.Get("a", [&]() -> Result<EncodedImage> {
        ++made;
        return OneTokenImage(2);
      });
      EXPECT_FALSE(found->is_new);
      EXPECT_EQ(found->image->embeddings.front(), 1);
    });
  }
  while (cache.counters().hits < 3) std::this_thread::yield();
  go_on.set_value();
  first.join();
  for (std::thread& other : others) other.join();
  EXPECT_EQ(made, 1);
  EXPECT_EQ(cache.counters().misses, 1u);
}

// Cancelling affects one caller only: a waiting caller computes the image.
TEST(ImageCache, WhoWaitsMakesWhatAnotherGaveUp) {
  ImageCache cache(kBytesForTwo);
  std::promise<void> started;
  std::thread first([&] {
    const auto found = cache.Get("a", [&]() -> Result<EncodedImage> {
      started.set_value();
      while (!cache.IsWaitedFor("a")) std::this_thread::yield();
      return Error{ErrorCode::kCancelled, "given up"};
    });
    EXPECT_EQ(found.error().code, ErrorCode::kCancelled);
  });
  started.get_future().wait();
  EXPECT_EQ(FirstOf(cache, "a", 2), 2);
  first.join();
  EXPECT_FALSE(cache.IsWaitedFor("a"));
  EXPECT_EQ(cache.counters().misses, 2u);
  EXPECT_EQ(cache.counters().hits, 0u);
  ASSERT_NE(cache.Find("a"), nullptr);
  EXPECT_EQ(cache.Find("b"), nullptr);
}

}  // namespace
}  // namespace edgevlm
