// HiddenRows: the first half of an MLP, whose results are rounded at once to what its second half
// multiplies.
#pragma once

#include <span>

#include "base/thread_pool.h"
#include "kernels/activation/activation.h"
#include "kernels/matmul/int8/quantized_rows.h"
#include "tensor/view.h"
#include "tensor/weight.h"

namespace edgevlm {

// A product and the bias of its outputs.
struct BiasedProduct {
  const Weight& w;              // [H, K]
  std::span<const float> bias;  // [H], or empty for none
};

// Outputs that are computed at once: whole blocks of every rounding, whole panels of the widest
// tile.
inline constexpr int kHiddenColumns = kMaxInt8Block;

// The rows that one thread computes at once, at most.
inline constexpr int kHiddenRows = 288;

// Fewer rows are bound by reading the weights: nothing is gained.
inline constexpr int kMinHiddenRows = 64;

// Whether so many rows of hidden activations that `down` multiplies are worth HiddenRows, and their
// rounding allows it.
bool SuitsHiddenRows(int rows, const Weight& down, int threads);

// hidden[t, n] = activation(sum_k x[t, k] * w[n, k] + bias[n]), times sum_k x[t, k] * u[n, k] +
// bias_u[n] if there is a `factor`, is rounded as `hidden` says: the same bytes as of MatMul and
// QuantizeRows. But a thread computes some outputs of its rows and rounds them while they are in
// its L2 cache; the floats, several times as many as in x, never go to memory.
//   x       [T, K], as MatMul
//   hidden  [T, H]
//   memory  [threads of the pool, HiddenMemoryColumns()]
// REQUIRES: hidden.rounding().block <= kHiddenColumns; x.rounding() is RoundingFor both weights.
// Threads: the work is split over the pool. Allocates nothing. Cost: as the products.
void HiddenRows(const QuantizedRows& x, const BiasedProduct& gate, Activation activation,
                const BiasedProduct* factor, const QuantizedRows& hidden, View<float> memory,
                ThreadPool& pool);

int HiddenMemoryColumns();

}  // namespace edgevlm
