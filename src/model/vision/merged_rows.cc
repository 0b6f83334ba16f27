#include "model/vision/merged_rows.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include "kernels/argmax/argmax.h"
#include "kernels/row_chunks.h"
#include "kernels/row_products/row_products.h"

namespace edgevlm {
namespace {

constexpr int kPairGrain = 16;  // rows per chunk that pay for a thread

// to = the sum of a row's keys over its heads, normalized to length 1; zeros if the sum is zero.
void WriteDirection(std::span<const float> keys, std::span<float> to) {
  std::ranges::fill(to, 0.0f);
  for (std::size_t head = 0; head < keys.size(); head += to.size()) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] += keys[head + i];
  }
  const float tiles = std::inner_product(to.begin(), to.end(), to.begin(), 0.0f);
  if (!(tiles > 0.0f && std::isfinite(tiles))) {
    std::ranges::fill(to, 0.0f);
    return;
  }
  const float scale = 1.0f / std::sqrt(tiles);
  for (float& value : to) value *= scale;
}

}  // namespace

MergedRows::MergedRows(int rows, int class_row)
    : class_row_(class_row),
      row_of_(static_cast<std::size_t>(rows)),
      sizes_(static_cast<std::size_t>(rows), 1.0f) {
  CHECK(rows >= 1 && -1 <= class_row && class_row < rows);
  std::iota(row_of_.begin(), row_of_.end(), 0);
}

long long MergedRows::WorkspaceValues(int rows, int head_width) {
  const long long half = (rows + 1) / 2;
  return 2 * half * head_width + half * half;
}

void MergedRows::Merge(const MergeStep& step, Workspace& workspace, ThreadPool& pool) {
  const int others = rows() - (class_row_ >= 0 ? 1 : 0);
  CHECK(0 <= step.count && step.count <= others / 2);
  CHECK(step.x.rows == rows() && step.keys.rows == rows());
  CHECK(step.y.rows == rows() - step.count && step.y.cols == step.x.cols);
  FindPairs(step, workspace, pool);
  ChoosePairs(step.count);
  PatchRows();
  MoveRows(step, pool);
  CopyMerged();
}

void MergedRows::FindPairs(const MergeStep& step, Workspace& workspace, ThreadPool& pool) {
  const int others = rows() - (class_row_ >= 0 ? 1 : 0);
  const int first_set = (others + 1) / 2, second_set = others / 2;
  const int width = step.keys.cols / step.heads;
  const Workspace::Mark mark = workspace.mark();
  const View<float> a = workspace.Alloc(first_set, width), b = workspace.Alloc(second_set, width);
  const View<float> cosines = workspace.Alloc(first_set, second_set);
  // Index i without the class token's row.
  const auto row = [this](int i) { return class_row_ >= 0 && i >= class_row_ ? i + 1 : i; };
  ForRows(others, step.keys.cols, pool,
          [&](int i) { WriteDirection(step.keys.Row(row(i)), (i % 2 == 0 ? a : b).Row(i / 2)); });
  pairs_.resize(second_set == 0 ? 0 : static_cast<std::size_t>(first_set));
  pool.ParallelFor(static_cast<int>(pairs_.size()), kPairGrain, [&](int begin, int end, int) {
    RowProducts(a.Rows(begin, end - begin), b, cosines.Rows(begin, end - begin));
    for (int i = begin; i < end; ++i) {
      const int best = ArgMax(cosines.Row(i));
      pairs_[static_cast<std::size_t>(i)] = {
          .from = row(2 * i), .into = row(2 * best + 1), .similarity = cosines.Row(i).data()[best]};
    }
  });
  workspace.Rewind(mark);
}

void MergedRows::ChoosePairs(int count) {
  const auto chosen = pairs_.begin() + count;
  std::nth_element(pairs_.begin(), chosen, pairs_.end(), [](const Pair& a, const Pair& b) {
    return std::tie(b.similarity, a.from) < std::tie(a.similarity, b.from);
  });
  pairs_.erase(chosen, pairs_.end());
  std::ranges::sort(pairs_, {}, &Pair::from);  // rows are summed in order
}

void MergedRows::PatchRows() {
  goes_.assign(sizes_.size(), 0);
  for (const Pair& pair : pairs_) goes_[static_cast<std::size_t>(pair.from)] = 1;
  next_row_.resize(sizes_.size());
  int next = 0;
  if (class_row_ >= 0) next_row_[static_cast<std::size_t>(class_row_)] = next++;
  for (const int set : {0, 1}) {
    int i = 0;
    for (int row = 0; row < rows(); ++row) {
      if (row == class_row_ || i++ % 2 != set || goes_[static_cast<std::size_t>(row)]) continue;
      next_row_[static_cast<std::size_t>(row)] = next++;
    }
  }
  for (const Pair& pair : pairs_) {
    next_row_[static_cast<std::size_t>(pair.from)] = next_row_[static_cast<std::size_t>(pair.into)];
  }
  next_sizes_.assign(static_cast<std::size_t>(next), 0.0f);
  for (std::size_t row = 0; row < sizes_.size(); ++row) {
    next_sizes_[static_cast<std::size_t>(next_row_[row])] += sizes_[row];
  }
}

void MergedRows::MoveRows(const MergeStep& step, ThreadPool& pool) const {
  const auto to = [&](int row) { return step.y.Row(next_row_[static_cast<std::size_t>(row)]); };
  ForRows(rows(), step.x.cols, pool, [&](int row) {
    if (!goes_[static_cast<std::size_t>(row)]) {
      std::ranges::copy(step.x.Row(row), to(row).data());
    }
  });
  // A running mean, updated for every row that joins: mean += (x - mean) * size / (size of both).
  std::vector<float> together = sizes_;
  for (const Pair& pair : pairs_) {
    float& size = together[static_cast<std::size_t>(pair.into)];
    const float joining = sizes_[static_cast<std::size_t>(pair.from)];
    size += joining;
    const float share = joining / size;
    const std::span<const float> x = step.x.Row(pair.from);
    const std::span<float> mean = to(pair.into);
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += (x[i] - mean[i]) * share;
  }
}

void MergedRows::CopyMerged() {
  for (int& row : row_of_) row = next_row_[static_cast<std::size_t>(row)];
  if (class_row_ >= 0) class_row_ = next_row_[static_cast<std::size_t>(class_row_)];
  std::swap(sizes_, next_sizes_);
  log2_sizes_.resize(sizes_.size());
  std::ranges::transform(sizes_, log2_sizes_.begin(), [](float size) { return std::log2(size); });
}

std::vector<int> MergedRows::InOrderOfPatch() const {
  std::vector<double> patches(sizes_.size());  // summed
  for (std::size_t first = 0; first < row_of_.size(); ++first) {
    patches[static_cast<std::size_t>(row_of_[first])] += static_cast<double>(first);
  }
  std::vector<int> order;
  for (int row = 0; row < rows(); ++row) {
    patches[static_cast<std::size_t>(row)] /= SizeOf(row);
    if (row != class_row_) order.push_back(row);
  }
  std::ranges::stable_sort(order, {},
                           [&](int row) { return patches[static_cast<std::size_t>(row)]; });
  return order;
}

}  // namespace edgevlm
