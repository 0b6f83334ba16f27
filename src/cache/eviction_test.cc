// The eviction rules of the policies, without a model.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <random>

#include "cache/evicting_layer.h"
#include "cache/testing/random_cache.h"

namespace edgevlm {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Gt;

std::vector<std::string> EvictingPolicies() {
  std::vector<std::string> texts;
  for (const std::string& text : EveryPolicy()) {
    if (text.find(':') != std::string::npos) texts.push_back(text);
  }
  return texts;
}

CacheShape Shape(const std::string& policy, int layers = 1) {
  return {.layers = layers,
          .capacity = 500,
          .heads = 2,
          .head_width = 8,
          .options = *ParseCacheOptions(policy)};
}

const EvictingLayer& LayerOf(const SequenceCache& cache, int layer = 0) {
  return static_cast<const EvictingLayer&>(cache.layer(layer));
}

std::vector<int> Held(const SequenceCache& cache, int head, int layer = 0) {
  const std::span<const int> held = LayerOf(cache, layer).HeldPositions(head);
  return {held.begin(), held.end()};
}

std::vector<int> Numbers(int first, int last) {
  std::vector<int> numbers(static_cast<std::size_t>(last - first));
  std::iota(numbers.begin(), numbers.end(), first);
  return numbers;
}

class Eviction : public ::testing::TestWithParam<std::string> {};

TEST_P(Eviction, HeldPositionsIncreaseAndEndWithTheNewest) {
  SequenceCache cache(Shape(GetParam(), 3));
  RandomText text(1);
  for (const int count : {1, 30, 90, 1, 1, 40, 60}) {
    text.Attend(count, cache);
    RandomText::EndPrompt(cache);
    for (int layer = 0; layer < 3; ++layer) {
      for (const int head : {0, 1}) {
        const std::vector<int> held = Held(cache, head, layer);
        const int fresh = std::min(kFreshRows, cache.positions());
        EXPECT_TRUE(std::ranges::is_sorted(held, std::ranges::less_equal()) || held.size() < 2);
        EXPECT_EQ(std::vector<int>(held.end() - fresh, held.end()),
                  Numbers(cache.positions() - fresh, cache.positions()));
      }
    }
  }
  EXPECT_LT(LayerOf(cache, 2).rows(), 160);
}

TEST_P(Eviction, CutsAndThreadsChangeNoBit) {
  std::vector<float> expected;
  std::vector<int> held;
  for (const int threads : {1, 3}) {
    for (const int at_once : {200, 64, 7, 1}) {
      SequenceCache cache(Shape(GetParam(), 2));
      RandomText prompt(2), reply(3);
      std::vector<float> out = prompt.Attend(200, cache, at_once, threads);
      RandomText::EndPrompt(cache);
      const std::vector<float> more = reply.Attend(90, cache, at_once, threads);
      out.insert(out.end(), more.begin(), more.end());
      if (expected.empty()) expected = out, held = Held(cache, 1, 1);
      EXPECT_EQ(out, expected) << at_once << " at once, " << threads << " threads";
      EXPECT_EQ(Held(cache, 1, 1), held);
    }
  }
}

// A draft of at most Remaining() positions leaves no trace.
TEST_P(Eviction, DraftsThatAreCutBackLeaveNoTrace) {
  SequenceCache plain(Shape(GetParam(), 2)), drafted(Shape(GetParam(), 2));
  RandomText prompt(4), same_prompt(4), reply(5), same_reply(5), draft(6);
  prompt.Attend(120, plain);
  same_prompt.Attend(120, drafted);
  RandomText::EndPrompt(plain);
  RandomText::EndPrompt(drafted);
  for (int step = 0; step < 70; ++step) {
    const int count = std::min(5, drafted.Remaining());
    draft.Attend(count, drafted, step % 2 == 0 ? count : 1);
    drafted.TruncateTo(drafted.positions() - count);
    ASSERT_EQ(reply.Attend(1, plain), same_reply.Attend(1, drafted)) << step;
    ASSERT_EQ(Held(plain, 0, 1), Held(drafted, 0, 1));
  }
}

// Another question with the same prefix: positions that cannot be reused exactly are computed
// again.
TEST_P(Eviction, AfterAnExactCutEverythingIsAsInANewSequence) {
  SequenceCache cache(Shape(GetParam(), 2)), fresh(Shape(GetParam(), 2));
  RandomText image(7), first(8), reply(9);
  const bool watches_all = GetParam().starts_with("h2o");
  image.Attend(60, cache);
  first.Attend(40, cache);
  RandomText::EndPrompt(cache);
  reply.Attend(50, cache, 1);
  const int reused = cache.ExactCut(60);
  EXPECT_LE(reused, 60);
  cache.TruncateTo(reused);
  // The attention of queries that were cut stays counted.
  if (watches_all) cache.TruncateTo(0);
  RandomText again(7), again_fresh(7), second(10), second_fresh(10);
  again_fresh.Attend(60, fresh);
  RandomText skipped(7);
  SequenceCache unused(Shape("f16", 2));
  again.Attend(cache.positions(), unused);
  again.Attend(60 - cache.positions(), cache);
  EXPECT_EQ(second.Attend(45, cache), second_fresh.Attend(45, fresh));
  RandomText::EndPrompt(cache);
  RandomText::EndPrompt(fresh);
  EXPECT_EQ(Held(cache, 0), Held(fresh, 0));
  EXPECT_EQ(second.Attend(9, cache), second_fresh.Attend(9, fresh));
}

TEST_P(Eviction, ACopyContinuesIdentically) {
  SequenceCache cache(Shape(GetParam(), 2)), copy(Shape(GetParam(), 2));
  RandomText prompt(11), old(12), rest(13), same(13);
  old.Attend(70, copy);
  prompt.Attend(150, cache);
  RandomText::EndPrompt(cache);
  prompt.Attend(3, cache);
  copy.CopyFrom(cache, cache.ExactCut(152));
  cache.TruncateTo(copy.positions());
  EXPECT_EQ(rest.Attend(60, cache), same.Attend(60, copy));
}

INSTANTIATE_TEST_SUITE_P(Policies, Eviction, ::testing::ValuesIn(EvictingPolicies()),
                         [](const auto& info) { return TestName(info.param); });

TEST(EvictionWindow, HoldsTheSinksAndTheNewest) {
  SequenceCache cache(Shape("window:40"));
  RandomText text(1);
  text.Attend(56, cache);
  EXPECT_EQ(Held(cache, 0), Numbers(0, 56));
  text.Attend(1, cache);
  std::vector<int> expected = Numbers(0, 4);
  for (const int position : Numbers(20, 57)) expected.push_back(position);
  EXPECT_EQ(Held(cache, 0), expected);
  EXPECT_EQ(Held(cache, 1), expected);
  text.Attend(300, cache);
  EXPECT_LE(LayerOf(cache).rows(), 56);
  EXPECT_EQ(cache.positions(), 357);
}

// Every query attends mostly to position 5, whose key is far from all others.
TEST(EvictionByAttention, TheHeavyHitterStays) {
  for (const char* policy : {"h2o:0.5", "snapkv:80", "pyramid:80", "thirds:80"}) {
    SequenceCache cache(Shape(policy, 3));
    std::vector<float> ones(100 * 32, 1.0f), keys(100 * 16, 0.0f), out(100 * 32);
    std::fill_n(keys.begin() + 5 * 16, 16, 3.0f);
    const View<const float> k(keys.data(), 100, 16);
    ThreadPool pool(1);
    for (int layer = 0; layer < 3; ++layer) {
      cache.layer(layer).Attend({.q = {ones.data(), 100, 32}, .k = k, .v = k}, 4,
                                {out.data(), 100, 32}, pool);
    }
    EXPECT_EQ(LayerOf(cache, 2).rows(), 100);
    cache.EndPrompt(pool);
    EXPECT_LE(LayerOf(cache, 2).rows(), 80) << policy;
    for (int layer = 0; layer < 3; ++layer) {
      EXPECT_THAT(Held(cache, 0, layer), ::testing::Contains(5)) << policy;
    }
  }
}

TEST(EvictionBudget, FallsFromLayerToLayer) {
  const auto rows = [](const std::string& policy, int positions) {
    SequenceCache cache(Shape(policy, 6));
    RandomText text(1);
    text.Attend(positions, cache);
    RandomText::EndPrompt(cache);
    std::vector<int> rows;
    for (int layer = 0; layer < 6; ++layer) rows.push_back(LayerOf(cache, layer).rows());
    return rows;
  };
  // w = 16, mean 100: least 100 / 20 = 5, most 195, a step of 38.
  EXPECT_THAT(rows("pyramid:116", 400), ElementsAre(211, 173, 135, 97, 59, 21));
  // As much as there is and no more: most 185, least 15, a step of 34.
  EXPECT_THAT(rows("pyramid:116", 201), ElementsAre(201, 167, 133, 99, 65, 31));
  // Few rows: as snapkv. All fit: all stay.
  EXPECT_THAT(rows("pyramid:116", 190), Each(116));
  EXPECT_THAT(rows("pyramid:116", 110), Each(110));
  EXPECT_THAT(rows("thirds:200", 400), ElementsAre(200, 200, 140, 140, 60, 60));
  EXPECT_THAT(rows("snapkv:50", 400), Each(50));
  EXPECT_THAT(rows("h2o:0.3", 400), Each(120));
  EXPECT_THAT(rows("h2o:1", 400), Each(400));
}

TEST(EvictionMemory, ShrinksWithTheRows) {
  SequenceCache whole(Shape("f16")), cut(Shape("snapkv:40"));
  RandomText text(1);
  text.Attend(400, cut);
  const std::size_t before = cut.bytes();
  RandomText::EndPrompt(cut);
  EXPECT_LT(cut.bytes(), before / 3);
  EXPECT_LT(cut.bytes(), whole.bytes() / 3);
}

// Against float64 attention over the rows that the cache holds.
TEST(EvictionAttention, AttendsToTheRowsThatAreHeld) {
  constexpr int kWidth = 8, kPositions = 150;
  const LayerShape shape = {
      .capacity = 500, .heads = 1, .head_width = kWidth, .options = *ParseCacheOptions("h2o:0.4")};
  const std::unique_ptr<LayerCache> cache = FindCachePolicy("h2o")->make(shape);
  std::mt19937 random(20240607);
  std::normal_distribution<float> normal;
  std::vector<float> keys(kPositions * kWidth), values(keys.size()), out(keys.size());
  for (float& key : keys) key = std::round(normal(random) * 64) / 64;  // exact in float16
  for (float& value : values) value = std::round(normal(random) * 64) / 64;
  ThreadPool pool(1);
  const View<const float> k(keys.data(), kPositions, kWidth), v(values.data(), kPositions, kWidth);
  const View<float> o(out.data(), kPositions, kWidth);
  const auto attend = [&](int first, int count) {
    cache->Attend({.q = k.Rows(first, count), .k = k.Rows(first, count), .v = v.Rows(first, count)},
                  1, o.Rows(first, count), pool);
  };
  attend(0, 120);
  cache->EndPrompt(pool);
  for (int position = 120; position < kPositions; ++position) {
    attend(position, 1);
    const std::span<const int> held = static_cast<EvictingLayer&>(*cache).HeldPositions(0);
    ASSERT_LT(held.size(), 80u);
    std::vector<double> sums(kWidth);
    double total = 0;
    for (const int p : held) {
      double score = 0;
      for (std::size_t i = 0; i < kWidth; ++i) score += double{k.Row(position)[i]} * k.Row(p)[i];
      const double weight = std::exp(score / std::sqrt(double{kWidth}));
      total += weight;
      for (std::size_t i = 0; i < kWidth; ++i) sums[i] += weight * v.Row(p)[i];
    }
    for (std::size_t i = 0; i < kWidth; ++i) {
      ASSERT_NEAR(o.Row(position)[i], sums[i] / total, 1e-4) << position;
    }
  }
}

}  // namespace
}  // namespace edgevlm
