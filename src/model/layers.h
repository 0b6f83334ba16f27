// Layers: weights, the operation that uses them, and the profile zone it is timed under.
#pragma once

#include <span>
#include <string>
#include <variant>
#include <vector>

#include "kernels/matmul/bf16/bf16_matmul.h"
#include "kernels/matmul/float32/float32_matmul.h"
#include "kernels/matmul/int8/int8_matmul.h"
#include "model/run.h"
#include "model/workspace.h"
#include "tensor/view.h"
#include "tensor/weight.h"

namespace edgevlm {

// Columns of the memory that Inputs needs to round rows of so many values.
int QuantizedColumns(int inputs);

struct Linear;
struct Norm;
struct RmsNormLayer;

// A norm, or none.
using RowNorm = std::variant<std::monostate, const Norm*, const RmsNormLayer*>;

// The input of linear layers: activations, and memory to round them to int8 or bfloat16 for the
// layers that multiply in these types. The first such layer rounds them, and the following ones
// reuse the result. The memory holds one form at a time: where weights that read the same
// activations need them rounded differently, switching to the other form rounds them again, unless
// RoundForBoth has done it. Threads: one.
class Inputs {
 public:
  //   x       [T, K], unchanged while layers read this
  //   memory  [at least T, at least QuantizedColumns(K)], not used otherwise meanwhile
  Inputs(View<const float> x, View<float> memory) : values_(x), memory_(memory.Rows(0, x.rows)) {}

  // norm(x). Rounded to int8, the rows are never written as floats: each is normalized and rounded
  // while it is in the nearest cache.
  //   normed  [T, K], memory for layers that need floats
  Inputs(View<const float> x, RowNorm norm, View<float> normed, View<float> memory)
      : values_(x), norm_(norm), normed_(normed), memory_(memory.Rows(0, x.rows)) {}

  // Activations that only exist rounded, for layers that multiply in int8 with this rounding.
  explicit Inputs(const QuantizedRows& rounded) : int8_(rounded) {}

  // Rounds them for two layers in one pass, if both multiply in int8 but round differently.
  //   memory  [T, at least QuantizedColumns(K)], for `second`, not used otherwise meanwhile
  void RoundForBoth(const Linear& first, const Linear& second, View<float> memory, const Run& run);

  // REQUIRES: they exist as floats.
  const View<const float>& Values(const Run& run);

  // The same, rounded. Valid until another form is asked for.
  const QuantizedRows& Int8(const Int8Rounding& rounding, const Run& run);
  const Bf16Rows& Pairs(const Run& run);

 private:
  void Round(std::span<const QuantizedRows> forms, const Run& run) const;

  View<const float> values_;
  RowNorm norm_;  // still to be applied to the values; none: they are as layers read them
  View<float> normed_;
  View<float> memory_;
  QuantizedRows int8_;         // empty unless the memory holds them
  QuantizedRows second_int8_;  // of RoundForBoth
  Bf16Rows pairs_;             // as int8_
};

// y = activation(x W^T + bias).
struct Linear {
  std::string zone;
  std::string tensor = {};  // the weight's name in the file, if it lies there as [N, K]
  Weight weight;            // [N, K]
  std::vector<float> bias;  // [N], or empty for none

  // Multiplies in int8 for weights packed as int8, and for quantized blocks if run.fast; in
  // bfloat16 for weights of bf16 pairs; in float32 for all others.
  //   x  [T, K]
  //   y  [T, N], must not overlap x
  void Apply(Inputs& x, Activation activation, View<float> y, const Run& run) const;

  // y *= x W^T + bias.
  void MultiplyInto(Inputs& x, View<float> y, const Run& run) const;

  // y += x W^T + bias.
  void AddTo(Inputs& x, View<float> y, const Run& run) const;

  // y = x W^T + bias, with 15 bits of x where Apply rounds it to 8: each row becomes the sum of two
  // rows of int8, the second with what rounding took from the first. Twice the products, but few
  // rows wait for the weight anyway. For logits, whose error no later layer averages out.
  void ApplyInTwoTerms(View<const float> x, View<float> y, Workspace& workspace,
                       const Run& run) const;

  // The same as Apply and AddTo in float32. REQUIRES: weights read with Packing::kExact.
  void Apply(View<const float> x, Activation activation, View<float> y, const Run& run) const;
  void AddTo(View<const float> x, View<float> y, const Run& run) const;

  bool RoundsToInt8(const Run& run) const;

 private:
  void MultiplyTwoTerms(View<const float> x, View<float> y, Workspace& workspace,
                        const Run& run) const;
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
  // The same, rounded to int8 in each of these forms.
  void Quantize(View<const float> x, std::span<const QuantizedRows> forms, const Run& run) const;
};

// y = x / sqrt(mean(x^2) + epsilon) * gain, row by row.
struct RmsNormLayer {
  std::string zone;
  std::vector<float> gain;  // [D]
  float epsilon = 0;

  //   x, y  [T, D]; y may be x
  void Apply(View<const float> x, View<float> y, const Run& run) const;
  // The same, rounded to int8 in each of these forms.
  void Quantize(View<const float> x, std::span<const QuantizedRows> forms, const Run& run) const;
};

}  // namespace edgevlm
