// Layers: weights together with the operation that uses them and the zone it is timed under.
#pragma once

#include <string>
#include <vector>

#include "kernels/matmul/int8_matmul.h"
#include "kernels/matmul/pair_matmul.h"
#include "model/run.h"
#include "tensor/view.h"
#include "tensor/weight.h"

namespace edgevlm {

// What linear layers read: activations, and the same as the layer's weight wants them.
struct Inputs {
  Inputs(View<const float> x) : values(x) {}
  Inputs(View<float> x) : values(x) {}
  Inputs(View<const float> x, const Int8Rows& rows) : values(x), levels(rows) {}
  Inputs(View<const float> x, const PairRows& rows) : values(x), pairs(rows) {}

  View<const float> values;  // [T, K]
  Int8Rows levels;           // for weights that have levels, or empty
  PairRows pairs;            // for weights of pairs, or empty
};

// Columns of the memory that Prepare needs for up to so many inputs.
int LevelColumns(int inputs);

// y = activation(x W^T + bias).
struct Linear {
  std::string zone;
  Weight weight;            // [N, K]
  std::vector<float> bias;  // [N], or empty for none

  // Makes x [T, K] int8 or bfloat16, in `memory` [T, at least LevelColumns(K)], if this layer
  // multiplies so in this run. Layers that read the same x share the result.
  Inputs Prepare(View<const float> x, View<float> memory, const Run& run) const;

  //   x  [T, K]
  //   y  [T, N], must not overlap x
  void Apply(const Inputs& x, Activation activation, View<float> y, const Run& run) const;

  // y *= x W^T + bias.
  void MultiplyInto(const Inputs& x, View<float> y, const Run& run) const;

  // y += x W^T + bias.
  void AddTo(const Inputs& x, View<float> y, const Run& run) const;

 private:
  void Multiply(const Inputs& x, const Epilogue& epilogue, View<float> y, const Run& run) const;
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
