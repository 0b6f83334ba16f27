// Online softmax: turns the scores of a block of positions into attention weights. Compiled once
// per instruction set.
#if defined(EDGEVLM_KERNELS_ATTENTION_ONLINE_SOFTMAX_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EDGEVLM_KERNELS_ATTENTION_ONLINE_SOFTMAX_INL_H_
#undef EDGEVLM_KERNELS_ATTENTION_ONLINE_SOFTMAX_INL_H_
#else
#define EDGEVLM_KERNELS_ATTENTION_ONLINE_SOFTMAX_INL_H_
#endif

#include "kernels/attention/products-inl.h"

#if HWY_TARGET != HWY_SCALAR
HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

// The weights of a block are summed by position modulo this, and these sums then pairwise.
constexpr int kTotals = 4;

// Per query row: the highest score so far, the sum of its weights, and the factor by which the sums
// so far must be rescaled when the block has a higher score.
struct Running {
  float* highest = nullptr;
  float* total = nullptr;
  float* rescale = nullptr;
};

// Query rows lie in the lanes. scores [positions, kQueryTile] become weights in place, kPerStep
// positions per row. REQUIRES: positions is a multiple of kTotals, lanes of kLanes.
template <class Products>
void OnlineSoftmaxOfLanes(int positions, int lanes, float* scores, const Running& running) {
  const FullTag d;
  for (int t = 0; t < lanes; t += kLanes) {
    float* at = scores + t;
    const Vector before = hn::Load(d, running.highest + t);
    Vector highest = before;
    for (int j = 0; j < positions; ++j) {
      highest = hn::Max(highest, hn::Load(d, at + j * kQueryTile));
    }
    Vector totals[kTotals] = {hn::Zero(d), hn::Zero(d), hn::Zero(d), hn::Zero(d)};
    float* to = at;
    for (int j = 0; j < positions; j += kTotals) {
      Vector weights[kTotals];
#pragma GCC unroll 4
      for (int c = 0; c < kTotals; ++c) {
        const Vector score = hn::Load(d, at + (j + c) * kQueryTile);
        weights[c] = Products::Exp2(hn::Sub(score, highest));
        totals[c] = hn::Add(totals[c], weights[c]);
      }
#pragma GCC unroll 4
      for (int c = 0; c < kTotals; c += Products::kPerStep, to += kQueryTile) {
        if constexpr (Products::kPerStep == 1) {
          hn::Store(weights[c], d, to);
        } else {
          hn::Store(Products::Interleave(weights[c], weights[c + 1]), d, to);
        }
      }
    }
    const Vector sum = hn::Add(hn::Add(totals[0], totals[1]), hn::Add(totals[2], totals[3]));
    const Vector rescale = Exp2(d, hn::Sub(before, highest));
    hn::Store(hn::MulAdd(hn::Load(d, running.total + t), rescale, sum), d, running.total + t);
    hn::Store(rescale, d, running.rescale + t);
    hn::Store(highest, d, running.highest + t);
  }
}

// The same for a single query row, with positions in the lanes; gives the bits of FloatProducts.
// `lanes` scores, a multiple of kLanes.
HWY_INLINE void OnlineSoftmaxOfRow(int lanes, float* scores, const Running& running) {
  const FullTag d;
  Vector highest = hn::Set(d, *running.highest);
  for (int i = 0; i < lanes; i += kLanes) highest = hn::Max(highest, hn::Load(d, scores + i));
  highest = hn::MaxOfLanes(d, highest);
  for (int i = 0; i < lanes; i += kLanes) {
    hn::Store(Exp2(d, hn::Sub(hn::Load(d, scores + i), highest)), d, scores + i);
  }
  const hn::CappedTag<float, kTotals> dt;
  auto totals = hn::Zero(dt);
  for (int i = 0; i < lanes; i += kTotals) totals = hn::Add(totals, hn::Load(dt, scores + i));
  HWY_ALIGN float parts[kTotals];
  hn::Store(totals, dt, parts);
  const float sum = (parts[0] + parts[1]) + (parts[2] + parts[3]);
  *running.rescale = hn::GetLane(Exp2(d, hn::Sub(hn::Set(d, *running.highest), highest)));
  *running.total = hn::GetLane(
      hn::MulAdd(hn::Set(dt, *running.total), hn::Set(dt, *running.rescale), hn::Set(dt, sum)));
  *running.highest = hn::GetLane(highest);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
#endif

#endif
