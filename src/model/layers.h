// Layers: weights together with the operation that uses them and the zone it is timed under.
#pragma once

#include <string>
#include <vector>

#include "kernels/matmul/bf16/bf16_matmul.h"
#include "kernels/matmul/float32/float32_matmul.h"
#include "kernels/matmul/int8/int8_matmul.h"
#include "model/run.h"
#include "tensor/view.h"
#include "tensor/weight.h"

namespace edgevlm {

// Columns of the memory in which Inputs of so many values are rounded.
int QuantizedColumns(int inputs);

// What linear layers read: activations, and memory to round them to int8 or bfloat16 for the layers
// that multiply them so. The first such layer has them rounded, and those after it share the
// result. The memory holds one form at a time: where the weights that read the same activations are
// of different types, a layer that needs another form than the one before it has it made anew.
// Threads: one.
class Inputs {
 public:
  //   x       [T, K], unchanged while layers read this
  //   memory  [at least T, at least QuantizedColumns(K)], of nobody else as long
  Inputs(View<const float> x, View<float> memory) : values_(x), memory_(memory.Rows(0, x.rows)) {}

  const View<const float>& values() const { return values_; }

  // The same, rounded. Valid until the other of the two is called.
  const QuantizedRows& Int8(const Run& run);
  const Bf16Rows& Pairs(const Run& run);

 private:
  View<const float> values_;
  View<float> memory_;
  QuantizedRows int8_;  // empty unless the memory holds them
  Bf16Rows pairs_;      // likewise
};

// y = activation(x W^T + bias).
struct Linear {
  std::string zone;
  Weight weight;            // [N, K]
  std::vector<float> bias;  // [N], or empty for none

  // x is multiplied in int8 by weights packed so, and by blocks if run.fast; in bfloat16 by weights
  // of pairs; in float32 by all others.
  //   x  [T, K]
  //   y  [T, N], must not overlap x
  void Apply(Inputs& x, Activation activation, View<float> y, const Run& run) const;

  // y *= x W^T + bias.
  void MultiplyInto(Inputs& x, View<float> y, const Run& run) const;

  // y += x W^T + bias.
  void AddTo(Inputs& x, View<float> y, const Run& run) const;

  // The same in float32. REQUIRES: weights read with Packing::kExact.
  void Apply(View<const float> x, Activation activation, View<float> y, const Run& run) const;
  void AddTo(View<const float> x, View<float> y, const Run& run) const;

 private:
  void Multiply(Inputs& x, const Epilogue& epilogue, View<float> y, const Run& run) const;
  void Multiply(View<const float> x, const Epilogue& epilogue, View<float> y, const Run& run) const;
};

// y = (x - mean(x)) / sqrt(variance(x) + epsilon) * gain + bias, row by row.
struct Norm {
  std::string zone;
  std::vector<float> gain;  // [D]
  std::vector<float> bias;  // [D]
  float epsilon = 0;

  //   x, y  [T, D]; y may be x
  void Apply(View<const float> x, View<float> y, const Run& run) const;
};

// y = x / sqrt(mean(x^2) + epsilon) * gain, row by row.
struct RmsNormLayer {
  std::string zone;
  std::vector<float> gain;  // [D]
  float epsilon = 0;

  //   x, y  [T, D]; y may be x
  void Apply(View<const float> x, View<float> y, const Run& run) const;
};

}  // namespace edgevlm
