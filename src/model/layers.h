// Layers: weights together with the operation that uses them and the zone it is timed under.
#pragma once

#include <string>
#include <vector>

#include "kernels/matmul/matmul.h"
#include "model/run.h"
#include "tensor/view.h"
#include "tensor/weight.h"

namespace edgevlm {

// y = activation(x W^T + bias).
struct Linear {
  std::string zone;
  Weight weight;            // [N, K]
  std::vector<float> bias;  // [N], or empty for none

  //   x  [T, K]
  //   y  [T, N], must not overlap x
  void Apply(View<const float> x, Activation activation, View<float> y, const Run& run) const;

  // y += x W^T + bias.
  void AddTo(View<const float> x, View<float> y, const Run& run) const;
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
