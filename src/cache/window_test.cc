// Layers with windows, and positions that attend to each other in both directions, under every
// policy.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "cache/eviction.h"
#include "cache/testing/random_cache.h"

namespace edgevlm {
namespace {

constexpr int kHeads = 2, kHeadWidth = 8, kCols = kHeads * kHeadWidth;
constexpr unsigned kSeed = 7;

// T random rows: queries, keys and values side by side.
class Rows {
 public:
  explicit Rows(int count) : count_(count) {
    std::mt19937 random(kSeed);
    std::normal_distribution<float> normal;
    for (int i = 0; i < count * 3 * kCols; ++i) values_.push_back(normal(random));
  }
  LayerRows Part(int first, int count) const {
    const View<const float> rows =
        View<const float>(values_.data(), count_, 3 * kCols).Rows(first, count);
    return {rows.Cols(0, kCols), rows.Cols(kCols, kCols), rows.Cols(2 * kCols, kCols)};
  }

 private:
  int count_;
  std::vector<float> values_;
};

SequenceCache Cache(const std::string& policy, int window, int capacity = 400) {
  return SequenceCache({.layers = 1,
                        .capacity = capacity,
                        .heads = kHeads,
                        .head_width = kHeadWidth,
                        .options = *ParseCacheOptions(policy),
                        .windows = {window}});
}

struct Output {
  explicit Output(int rows) : values(static_cast<std::size_t>(rows) * kCols), rows(rows) {}
  View<float> view() { return {values.data(), rows, kCols}; }
  std::vector<float> Row(int row) {
    const std::span<float> span = view().Row(row);
    return {span.begin(), span.end()};
  }
  std::vector<float> values;
  int rows;
};

class EveryCache : public testing::TestWithParam<std::string> {};

// The window is counted in positions, however they are stored.
TEST_P(EveryCache, AttendsToTheWindowOnly) {
  constexpr int kWindow = 30, kRows = 150;
  const Rows rows(kRows);
  ThreadPool pool(1);
  SequenceCache all = Cache(GetParam(), kWindow);
  Output together(kRows);
  all.layer(0).Attend(rows.Part(0, kRows), kHeads, together.view(), pool);
  EXPECT_EQ(all.layer(0).rows(), kRows) << "a window is no budget";
  const bool is_exact = GetParam()[0] != 'q' && GetParam() != "gear";
  if (!is_exact) return;  // a shorter sequence quantizes other groups
  for (const int last : {kWindow, 77, kRows - 1}) {
    SequenceCache part = Cache("f16", 0);
    Output alone(kWindow);
    part.layer(0).Attend(rows.Part(last + 1 - kWindow, kWindow), kHeads, alone.view(), pool);
    // Sums of 30 weighted values of size 1, in another order.
    EXPECT_THAT(together.Row(last),
                testing::Pointwise(testing::FloatNear(1e-5f), alone.Row(kWindow - 1)));
  }
}

TEST_P(EveryCache, GivesTheSameBitsInAnyCut) {
  const Rows rows(150);
  ThreadPool one(1), two(2);
  Output together(150), cut(150);
  SequenceCache first = Cache(GetParam(), 30), second = Cache(GetParam(), 30);
  first.layer(0).Attend(rows.Part(0, 150), kHeads, together.view(), one);
  for (int row = 0; row < 150; row += 7) {
    const int count = std::min(7, 150 - row);
    second.layer(0).Attend(rows.Part(row, count), kHeads, cut.view().Rows(row, count), two);
  }
  EXPECT_EQ(cut.values, together.values);
}

// An image of more positions than the policy keeps, after a prompt that made it evict: the last row
// attends to what it would attend to causally, and every row to as much.
TEST_P(EveryCache, PositionsAttendInBothDirections) {
  constexpr int kBefore = 90, kImage = 64;
  const Rows rows(kBefore + kImage + 20);
  ThreadPool pool(1);
  SequenceCache cache = Cache(GetParam(), 0);
  Output before(kBefore), image(kImage);
  cache.layer(0).Attend(rows.Part(0, kBefore), kHeads, before.view(), pool);
  cache.EndPrompt(pool);
  cache.layer(0).AttendBothWays(rows.Part(kBefore, kImage), kHeads, image.view(), pool);
  EXPECT_EQ(cache.positions(), kBefore + kImage);
  for (int row = 1; row < kImage; ++row) ASSERT_NE(image.Row(row), image.Row(0));
  // With the same query every row has the same output.
  SequenceCache same = Cache(GetParam(), 0);
  same.layer(0).Attend(rows.Part(0, kBefore), kHeads, before.view(), pool);
  same.EndPrompt(pool);
  std::vector<float> queries;
  for (int row = 0; row < kImage; ++row) {
    const std::span<const float> query = rows.Part(kBefore, 1).q.Row(0);
    queries.insert(queries.end(), query.begin(), query.end());
  }
  LayerRows repeated = rows.Part(kBefore, kImage);
  repeated.q = View<const float>(queries.data(), kImage, kCols);
  same.layer(0).AttendBothWays(repeated, kHeads, image.view(), pool);
  for (int row = 1; row < kImage; ++row) EXPECT_EQ(image.Row(row), image.Row(0));
  // The sequence continues.
  Output after(20);
  cache.layer(0).Attend(rows.Part(kBefore + kImage, 20), kHeads, after.view(), pool);
  EXPECT_EQ(cache.positions(), kBefore + kImage + 20);
}

INSTANTIATE_TEST_SUITE_P(Policies, EveryCache, testing::ValuesIn(EveryPolicy()),
                         [](const auto& info) { return TestName(info.param); });

TEST(LayerCache, BothDirectionsStayInTheWindow) {
  constexpr int kWindow = 10, kImage = 40;
  const Rows rows(kImage);
  ThreadPool pool(1);
  SequenceCache whole = Cache("f16", kWindow), rest = Cache("f16", 0);
  Output windowed(kImage), all(kWindow);
  whole.layer(0).AttendBothWays(rows.Part(0, kImage), kHeads, windowed.view(), pool);
  rest.layer(0).Attend(rows.Part(kImage - kWindow, kWindow), kHeads, all.view(), pool);
  EXPECT_THAT(windowed.Row(kImage - 1),
              testing::Pointwise(testing::FloatNear(1e-5f), all.Row(kWindow - 1)));
}

TEST(CacheBytes, CountWindowedLayersWhole) {
  const CacheShape shape = {.layers = 2,
                            .capacity = 1000,
                            .heads = 1,
                            .head_width = 32,
                            .options = *ParseCacheOptions("window:100"),
                            .windows = {50, 0}};
  CacheShape evicting = shape;
  evicting.windows = {};
  const long long of_one = CacheBytes(evicting) / 2;
  EXPECT_EQ(CacheBytes(shape) - of_one, 4LL * 1000 * 32);
}

}  // namespace
}  // namespace edgevlm
