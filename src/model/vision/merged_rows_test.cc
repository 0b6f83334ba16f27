#include "model/vision/merged_rows.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "model/testing/batch.h"

namespace edgevlm {
namespace {

constexpr int kWidth = 3;

// Merges once, with one head; x is the rows' numbers.
std::vector<float> Merge(MergedRows& rows, std::vector<std::vector<float>> keys, int count) {
  const int n = rows.rows();
  Buffer k(n, kWidth), x(n, 1), y(n - count, 1);
  for (int row = 0; row < n; ++row) {
    std::ranges::copy(keys[static_cast<std::size_t>(row)], k.view().Row(row).data());
    x.values[static_cast<std::size_t>(row)] = static_cast<float>(row);
  }
  Workspace workspace;
  ThreadPool pool(1);
  rows.Merge({.keys = k.view(), .heads = 1, .count = count, .x = x.view(), .y = y.view()},
             workspace, pool);
  return y.values;
}

// Rows 0 and 2 are similar to row 3, and row 4 to none.
const std::vector<std::vector<float>> kKeys = {
    {1, 0, 0}, {0, 1, 0}, {2, 0, 0.1f}, {3, 0, 0}, {0, 0, -1}};

TEST(MergedRows, TheMostAlikeBecomeTheirMean) {
  MergedRows rows(5, -1);
  EXPECT_EQ(rows.log2_sizes(), nullptr);
  EXPECT_EQ(Merge(rows, kKeys, 1), (std::vector<float>{2, 4, 1, 1.5f}));  // 0 into 3
  EXPECT_EQ(rows.rows(), 4);
  EXPECT_EQ(rows.RowOf(0), 3);
  EXPECT_EQ(rows.RowOf(3), 3);
  EXPECT_EQ(rows.SizeOf(3), 2);
  EXPECT_EQ(rows.log2_sizes()[3], 1.0f);
  EXPECT_EQ(rows.log2_sizes()[0], 0.0f);
  EXPECT_EQ(rows.InOrderOfPatch(), (std::vector<int>{2, 3, 0, 1}));  // 1, (0, 3), 2, 4
}

TEST(MergedRows, SeveralMayJoinOneAndCountAsOften) {
  MergedRows rows(5, -1);
  EXPECT_EQ(Merge(rows, kKeys, 2), (std::vector<float>{4, 1, (0 + 2 + 3) / 3.0f}));
  EXPECT_EQ(rows.SizeOf(2), 3);
  // The merged row of three is now row 2, in the first set: rows 0 and 2 choose row 1.
  EXPECT_EQ(Merge(rows, {{0, 1, 0}, {1, 0, 0}, {1, 0, 0}}, 1),
            (std::vector<float>{0, (1 + 3 * 2) / 4.0f}));
  EXPECT_EQ(rows.SizeOf(1), 4);
  EXPECT_EQ(rows.RowOf(0), 1);
  EXPECT_EQ(rows.RowOf(4), 0);
}

TEST(MergedRows, TheClassTokenStaysByItself) {
  for (const int class_row : {0, 2, 4}) {
    MergedRows rows(5, class_row);
    const std::vector<std::vector<float>> alike(5, {1, 1, 1});
    const std::vector<float> y = Merge(rows, alike, 2);
    EXPECT_EQ(y[0], static_cast<float>(class_row));
    EXPECT_EQ(rows.class_row(), 0);
    EXPECT_EQ(rows.RowOf(class_row), 0);
    EXPECT_EQ(rows.SizeOf(0), 1);
    for (const int row : rows.InOrderOfPatch()) EXPECT_NE(row, 0);
  }
}

TEST(MergedRows, OfEqualsTheFirstGo) {
  MergedRows rows(6, -1);
  Merge(rows, std::vector<std::vector<float>>(6, {1, 2, 3}), 2);
  EXPECT_EQ(rows.RowOf(0), rows.RowOf(1)) << "the first of several partners";
  EXPECT_EQ(rows.RowOf(2), rows.RowOf(1));
  EXPECT_NE(rows.RowOf(4), rows.RowOf(1));
}

// With broken weights, and with zero rows.
TEST(MergedRows, KeysWithoutADirectionDoNoHarm) {
  const float infinity = std::numeric_limits<float>::infinity();
  MergedRows rows(6, 0);
  Merge(rows, {{0, 0, 0}, {NAN, 0, 0}, {infinity, 0, 0}, {0, 0, 0}, {1e30f, 1e30f, 0}, {NAN, 1, 1}},
        2);
  EXPECT_EQ(rows.rows(), 4);
}

TEST(MergedRows, ThreadsChangeNothing) {
  constexpr int kRows = 197, kKeyWidth = 24, kCount = 40;
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  Buffer keys(kRows, kKeyWidth), x(kRows, 50);
  for (Buffer* buffer : {&keys, &x}) {
    for (float& value : buffer->values) value = normal(random);
  }
  std::vector<float> expected;
  for (const int threads : {1, 2, 3}) {
    MergedRows rows(kRows, 0);
    Buffer y(kRows - kCount, 50);
    Workspace workspace;
    ThreadPool pool(threads);
    rows.Merge({.keys = keys.view(), .heads = 3, .count = kCount, .x = x.view(), .y = y.view()},
               workspace, pool);
    if (threads == 1) expected = y.values;
    EXPECT_EQ(y.values, expected);
  }
}

}  // namespace
}  // namespace edgevlm
