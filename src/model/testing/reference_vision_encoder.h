// ReferenceVisionEncoder: MobileNetV3 and the projector in plain loops and double precision. For
// tests.
#pragma once

#include <string>

#include "model/testing/reference.h"

namespace edgevlm {

// The window of a convolution; the padding is kernel / 2.
struct ReferenceWindow {
  int side = 0;  // of the input
  int kernel = 0;
  int stride = 1;
  bool is_depthwise = false;
};

// x [side * side, C] -> [side_out * side_out, N]. Weights [N, C, k, k], or [C, 1, k, k]; the bias
// is 0 where the file has none.
// NOLINTNEXTLINE(readability-function-cognitive-complexity): the loops of the definition
inline Matrix ReferenceConv(const TinyFile& model, const std::string& module, const Matrix& x,
                            const ReferenceWindow& window) {
  const std::vector<float>& weight = model.Values(module + ".weight");
  const int inputs = window.is_depthwise ? 1 : static_cast<int>(x[0].size());
  const int k = window.kernel, padding = k / 2;
  const int outputs = static_cast<int>(weight.size()) / (inputs * k * k);
  std::vector<float> bias(static_cast<std::size_t>(outputs));
  if (model.tensors.contains(module + ".bias")) bias = model.Values(module + ".bias");
  const int side_out = (window.side + 2 * padding - k) / window.stride + 1;
  Matrix y;
  for (int out = 0; out < side_out * side_out; ++out) {
    std::vector<double> cell;
    for (int n = 0; n < outputs; ++n) {
      double sum = bias[static_cast<std::size_t>(n)];
      for (int c = 0; c < inputs; ++c) {
        for (int dy = 0; dy < k; ++dy) {
          for (int dx = 0; dx < k; ++dx) {
            const int row = out / side_out * window.stride + dy - padding;
            const int column = out % side_out * window.stride + dx - padding;
            if (row < 0 || row >= window.side || column < 0 || column >= window.side) continue;
            const auto from = static_cast<std::size_t>(row * window.side + column);
            const auto channel = static_cast<std::size_t>(window.is_depthwise ? n : c);
            const auto tap = static_cast<std::size_t>(((n * inputs + c) * k + dy) * k + dx);
            sum += x[from][channel] * static_cast<double>(weight[tap]);
          }
        }
      }
      cell.push_back(sum);
    }
    y.push_back(cell);
  }
  return y;
}

// x *= hard_sigmoid(expand(relu(reduce(mean(x))))).
inline void ReferenceSqueeze(const TinyFile& model, const std::string& reduce,
                             const std::string& expand, Matrix& x) {
  Matrix mean(1, std::vector<double>(x[0].size()));
  for (const auto& cell : x) {
    for (std::size_t c = 0; c < cell.size(); ++c) {
      mean[0][c] += cell[c] / static_cast<double>(x.size());
    }
  }
  const Matrix reduced = ReferenceMap(ReferenceLinear(model, reduce, mean), ReferenceRelu);
  const Matrix scale = ReferenceMap(ReferenceLinear(model, expand, reduced), ReferenceHardSigmoid);
  for (auto& cell : x) {
    for (std::size_t c = 0; c < cell.size(); ++c) cell[c] *= scale[0][c];
  }
}

// pixels [S * S, 3] -> features [P, E], for the blocks that TinyModel has.
inline Matrix ReferenceVisionEncoder(const TinyModel& model, const Matrix& pixels) {
  int side = TinyModel::kImageSize;
  Matrix x = ReferenceMap(ReferenceConv(model, "v.stem", pixels, {side, 3, 2}), ReferenceHardSwish);
  side = 16;
  const int strides[] = {2, 1, 2}, kernels[] = {3, 5, 3};
  for (int block = 0; block < 3; ++block) {
    const std::string name = "v.blk." + std::to_string(block);
    const auto activation = block == 0 ? ReferenceRelu : ReferenceHardSwish;
    Matrix y = x;
    if (block > 0) y = ReferenceMap(ReferenceLinear(model, name + ".expand", y), activation);
    y = ReferenceMap(
        ReferenceConv(model, name + ".depthwise", y, {side, kernels[block], strides[block], true}),
        activation);
    if (block < 2) ReferenceSqueeze(model, name + ".se_reduce", name + ".se_expand", y);
    y = ReferenceLinear(model, name + ".project", y);
    if (block == 1) ReferenceAdd(x, y);
    x = y;
    side /= strides[block];
  }
  return ReferenceMap(ReferenceLinear(model, "v.head", x), ReferenceHardSwish);
}

// [P, E] -> [P, D]
inline Matrix ReferenceProjector(const TinyFile& model, const Matrix& features) {
  return ReferenceLinear(model, "mm.2",
                         ReferenceMap(ReferenceLinear(model, "mm.0", features), ReferenceGelu));
}

}  // namespace edgevlm
