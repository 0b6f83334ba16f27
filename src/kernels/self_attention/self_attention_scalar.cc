#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/self_attention/self_attention.h"

namespace edgevlm {
namespace {

// One query: adds a row at a time. When a higher score than all before appears, what was summed so
// far shrinks to the scale of that score.
void AttendRow(const float* q, View<const float> k, View<const float> v, float* out) {
  const int width = k.cols;
  const float scale = 1.0f / std::sqrt(static_cast<float>(width));
  float highest = -std::numeric_limits<float>::infinity();
  float total = 0.0f;
  std::fill_n(out, width, 0.0f);
  for (int p = 0; p < k.rows; ++p) {
    const float* key = k.Row(p).data();
    const float* value = v.Row(p).data();
    float score = 0.0f;
    for (int i = 0; i < width; ++i) score += q[i] * scale * key[i];
    const float before = highest;
    highest = std::fmax(highest, score);
    const float shrink = std::exp(before - highest);
    const float share = std::exp(score - highest);
    total = total * shrink + share;
    for (int i = 0; i < width; ++i) out[i] = out[i] * shrink + share * value[i];
  }
  for (int i = 0; i < width; ++i) out[i] /= total;
}

}  // namespace

void SelfAttentionScalar(const SelfAttentionCall& call, const SelfAttentionPart& part) {
  const int rows = call.q.rows / call.pictures;
  const int width = call.q.cols / call.heads;
  const int first = part.picture * rows;
  const View<const float> k = call.k.Rows(first, rows).Cols(part.head * width, width);
  const View<const float> v = call.v.Rows(first, rows).Cols(part.head * width, width);
  for (int row = first + part.first_row; row < first + part.last_row; ++row) {
    AttendRow(call.q.Row(row).data() + part.head * width, k, v,
              call.out.Row(row).data() + part.head * width);
  }
}

}  // namespace edgevlm
