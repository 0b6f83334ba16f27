// The output signature: one number for what this build computes, so that two of them can be
// compared, and a change that should not change results shown to be one (as Stockfish's bench
// prints for its search).
#pragma once

#include <string>

namespace edgevlm {

struct Signature {
  std::string text;  // 16 hexadecimal digits
  // By how much the likeliest token of each step was ahead of the next one, at least, in logits:
  // a signature means something only where that is far above rounding.
  float margin = 0;
};

// Of a tiny llama whose weights are exact in every format, made of a fixed seed: the tokens that it
// generates greedily with the kernels of the chosen instruction set, in float32 and with int8
// activations, and the bits of its products and norms by the kernels' specification (the scalar
// variants). The tokens are ahead by the margin; the products and norms use nothing but operations
// that IEEE 754 fixes, compiled without contraction. So it is the same on every machine, whatever
// the instruction set and the number of threads. Cost: some milliseconds.
Signature ComputeSignature();

}  // namespace edgevlm
