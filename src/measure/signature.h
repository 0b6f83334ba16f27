// The output signature: one number for what this build computes, so that two builds can be
// compared, and a change that should not affect results can be checked (as Stockfish's bench prints
// for its search).
#pragma once

#include <string>

namespace edgevlm {

struct Signature {
  std::string text;  // 16 hexadecimal digits
  // The smallest margin in logits between the most likely token of a step and the next one: a
  // signature is meaningful only if that is far above rounding.
  float margin = 0;
};

// Computed by a tiny llama whose weights are exact in every format, made from a fixed seed: the
// tokens that it generates greedily with the kernels of the chosen instruction set, in float32 and
// with int8 activations, and the bits of its products and norms by the kernels' specification (the
// scalar variants). The tokens lead by the margin; the products and norms use only operations that
// IEEE 754 defines, compiled without contraction. So it is the same on every machine, with any
// instruction set and number of threads. Cost: some milliseconds.
Signature ComputeSignature();

}  // namespace edgevlm
