#include "model/vision/received_attention.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "kernels/row_products/row_products.h"
#include "kernels/softmax/softmax.h"

namespace edgevlm {
namespace {

constexpr int kChunkRows = 16;  // query rows whose scores are in memory at once

// Turns products into attention weights, and adds them to the sums `weight` times.
void AddWeighted(std::span<float> products, const Looks& looks, float weight,
                 std::span<float> sums) {
  const int width = looks.q.cols / looks.heads;
  const float scale = 1.0f / std::sqrt(static_cast<float>(width));
  for (std::size_t p = 0; p < products.size(); ++p) {
    const float log2_size = looks.log2_sizes == nullptr ? 0.0f : looks.log2_sizes[p];
    products[p] = products[p] * scale + log2_size * std::numbers::ln2_v<float>;
  }
  Softmax(products, products);
  for (std::size_t p = 0; p < sums.size(); ++p) sums[p] += products[p] * weight;
}

// The summed attention weights of rows [first, last) in one head. products: memory for a chunk of
// rows.
void SumHead(const Looks& looks, int head, int first, int last, View<float> products,
             std::span<float> sums) {
  const int width = looks.q.cols / looks.heads;
  std::ranges::fill(sums, 0.0f);
  for (int row = first; row < last; row += kChunkRows) {
    const View<float> chunk = products.Rows(0, std::min(kChunkRows, last - row));
    RowProducts(looks.q.Rows(row, chunk.rows).Cols(head * width, width),
                looks.k.Cols(head * width, width), chunk);
    for (int i = 0; i < chunk.rows; ++i) {
      const float size = looks.log2_sizes == nullptr ? 1.0f : std::exp2(looks.log2_sizes[row + i]);
      AddWeighted(chunk.Row(i), looks, size, sums);
    }
  }
}

}  // namespace

void ReceivedAttention(const Looks& looks, std::span<float> scores, Workspace& workspace,
                       ThreadPool& pool) {
  const int rows = looks.k.rows;
  CHECK(std::ssize(scores) == rows && looks.q.rows == rows && looks.asking_row < rows);
  const bool all_ask = looks.asking_row < 0;
  const int first = all_ask ? 0 : looks.asking_row, last = all_ask ? rows : first + 1;
  const Workspace::Mark mark = workspace.mark();
  const View<float> sums = workspace.Alloc(looks.heads, rows);
  const View<float> products = workspace.Alloc(looks.heads * kChunkRows, rows);
  pool.ParallelFor(looks.heads, 1, [&](int begin, int end, int) {
    for (int head = begin; head < end; ++head) {
      SumHead(looks, head, first, last, products.Rows(head * kChunkRows, kChunkRows),
              sums.Row(head));
    }
  });
  std::ranges::fill(scores, 0.0f);
  for (int head = 0; head < looks.heads; ++head) {
    for (std::size_t p = 0; p < scores.size(); ++p) scores[p] += sums.Row(head)[p];
  }
  float total = 0.0f;
  for (const float score : scores) total += score;
  for (float& score : scores) score /= total;
  workspace.Rewind(mark);
}

}  // namespace edgevlm
