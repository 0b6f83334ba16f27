// What the steps of a forward pass compute and move, for profiles. Bytes are those of operands and
// results, each counted once, as they lie in memory.
#pragma once

#include <span>

#include "kernels/attention/attention.h"
#include "model/decoder.h"
#include "profile/work.h"
#include "tensor/view.h"
#include "tensor/weight.h"

namespace edgevlm {

// x W^T. rows: T.
Work ProductWork(int rows, const Weight& weight, Arithmetic arithmetic);

// A step over each value of x, which it reads once and writes once: flop_each operations each.
Work ElementwiseWork(View<const float> x, double flop_each);

// Of Rope, for each value: two products and a sum.
inline constexpr double kRopeFlop = 3;

// softmax(q k^T / sqrt(d)) v of `rows` rows that attend to `positions` each.
//   width, kv_width  Hq * d, Hkv * d
Work AttentionWork(double rows, double positions, int width, int kv_width, Arithmetic arithmetic);

// The same of a batch whose rows attend causally to what the caches of this layer hold, before it
// is added to them. A layer with a window counts as if it had none longer than `window`; 0: none.
Work AttentionWork(std::span<const TokenSpan> batch, int layer, const HeadCounts& heads,
                   int window = 0);

// In which the products of attention are computed.
Arithmetic ArithmeticOf(AttentionPrecision precision);

// A convolution of each channel by itself. rows: of all outputs; taps: [kernel^2, C].
Work DepthwiseWork(int input_rows, int output_rows, View<const float> taps);

}  // namespace edgevlm
