// Weight: a matrix of the model in the form that MatMul reads.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "tensor/view.h"

namespace edgevlm {

// How the values of a Weight are stored.
enum class WeightType { kFloat32 };

// A matrix [N, K] that turns K inputs into N outputs, packed once at load and const from then on.
//
// Outputs are grouped into panels of kPanelWidth; a panel holds, for k = 0..K-1, its kPanelWidth
// values of column k side by side, so that a kernel reads memory strictly forward and one vector
// holds neighbouring outputs. The last panel is filled up with zeros. Panels lie one after another,
// the first at a multiple of 64 bytes. The layout is the same for every instruction set.
// Threads: const methods from any thread. Cost: one copy, O(N * K); memory N * K values, N rounded
// up to kPanelWidth.
class Weight {
 public:
  static constexpr int kPanelWidth = 16;

  // An empty weight: outputs() and inputs() are 0.
  Weight() = default;
  // Packs a copy of matrix [N, K]; the matrix may go afterwards. Throws std::bad_alloc.
  explicit Weight(View<const float> matrix);

  WeightType type() const { return type_; }
  int outputs() const { return outputs_; }  // N
  int inputs() const { return inputs_; }    // K
  int panels() const { return (outputs_ + kPanelWidth - 1) / kPanelWidth; }
  std::size_t bytes() const;

  // [K, kPanelWidth]: outputs [panel * kPanelWidth, ...). REQUIRES: type() is kFloat32.
  const float* Panel(int panel) const {
    DCHECK(0 <= panel && panel < panels());
    return values_.get() + static_cast<std::ptrdiff_t>(panel) * inputs_ * kPanelWidth;
  }

  // Writes the K values of one output (say, a token's embedding when the output matrix is tied).
  void CopyRow(int output, std::span<float> row) const;

 private:
  struct Free {
    void operator()(float* values) const;
  };

  WeightType type_ = WeightType::kFloat32;
  int outputs_ = 0;
  int inputs_ = 0;
  std::unique_ptr<float[], Free> values_;
};

}  // namespace edgevlm
