#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/column_sums/column_sums.h"
#include "tensor/half.h"

namespace edgevlm {

void ColumnSumsScalar(const AttentionCall<std::uint16_t>& call, const AttentionPart& part,
                      float* sums) {
  const int width = call.width();
  const float scale = 1.0f / std::sqrt(static_cast<float>(width));
  const View<const std::uint16_t> keys = call.keys.Head(part.kv_head);
  const auto score = [&](const float* q, int position) {
    float sum = 0.0f;
    for (int i = 0; i < width; ++i) {
      sum += q[i] * HalfToFloat(keys.Row(position)[static_cast<std::size_t>(i)]);
    }
    return sum * scale;
  };
  for (int row = part.first_row; row < part.last_row; ++row) {
    const int token = call.Token(row), visible = call.Visible(token);
    const float* q = call.q.Row(token).data() + call.Column(part.kv_head, row);
    float highest = score(q, 0);
    for (int p = 1; p < visible; ++p) highest = std::max(highest, score(q, p));
    float total = 0.0f;
    for (int p = 0; p < visible; ++p) total += std::exp(score(q, p) - highest);
    for (int p = 0; p < visible; ++p) sums[p] += std::exp(score(q, p) - highest) / total;
  }
}

}  // namespace edgevlm
