#include <array>
#include <cmath>
#include <limits>

#include "kernels/attention/attention.h"
#include "kernels/half/half.h"

namespace edgevlm {
namespace {

// One token and one head: adds a position at a time. When a higher score than all before appears,
// what was summed so far shrinks to the scale of that score.
void AttendHead(const AttentionCall& call, int token, int head) {
  const int width = call.q.cols / call.heads.query;
  const int kv_head = head / (call.heads.query / call.heads.kv);
  const float scale = 1.0f / std::sqrt(static_cast<float>(width));
  const float* q = call.q.Row(token).data() + head * width;
  float* out = call.out.Row(token).data() + head * width;
  std::array<float, kMaxHeadWidth> wide;
  float highest = -std::numeric_limits<float>::infinity();
  float total = 0.0f;
  for (int i = 0; i < width; ++i) out[i] = 0.0f;
  for (int position = 0; position <= call.first_position + token; ++position) {
    HalfToFloatRowScalar(call.keys.Row(position).data() + kv_head * width, wide.data(), width);
    float score = 0.0f;
    for (int i = 0; i < width; ++i) score += q[i] * wide[static_cast<std::size_t>(i)];
    score *= scale;
    const float before = highest;
    highest = std::fmax(highest, score);
    const float shrink = std::exp(before - highest);
    const float share = std::exp(score - highest);
    total = total * shrink + share;
    HalfToFloatRowScalar(call.values.Row(position).data() + kv_head * width, wide.data(), width);
    for (int i = 0; i < width; ++i) {
      out[i] = out[i] * shrink + share * wide[static_cast<std::size_t>(i)];
    }
  }
  for (int i = 0; i < width; ++i) out[i] /= total;
}

}  // namespace

void AttentionScalar(const AttentionCall& call, const AttentionPart& part) {
  const int group = call.heads.query / call.heads.kv;
  for (int token = part.first_token; token < part.last_token; ++token) {
    for (int head = part.kv_head * group; head < (part.kv_head + 1) * group; ++head) {
      AttendHead(call, token, head);
    }
  }
}

}  // namespace edgevlm
