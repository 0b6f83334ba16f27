// Quantize: float32 values to any stored format.
#pragma once

#include <cstddef>
#include <span>

#include "tensor/dtype.h"

namespace edgevlm {

// Stores the values as dtype. The error after Dequantize:
//   F32           exact
//   F16, BF16     rounded to nearest even
//   Q4_0 .. Q8_0  scale (and minimum) from the extremes of the block, as ggml does, bit for bit;
//                 the error is at most a step of 1 / 7.5, 1 / 15, 1 / 127 of the block's peak
//   Q2_K .. Q6_K  scale and minimum of every group searched for (fit.h), then rounded to 4 to 8
//                 bits, then every quant rounded again; mean square errors are those of ggml
//   IQ4_NL        scale of every block searched for, then every quant rounded again
//   IQ4_XS        the same for groups, whose scales are rounded to 6 bits
// Values beyond +-65504, the range of float16 that scales are held in, are cut to it (not for F32
// and BF16). Threads: any; allocates nothing. Cost: some 100 ns per value for the K and IQ4
// formats.
//
// importance: empty, or for each value how much its error matters: the mean square of the input
// that multiplies it (gguf/importance_matrix.h). The error of a value then counts by importance *
// sqrt(2 * mean square of its block + value^2), and Q4_0 to Q5_1 search for scale and minimum too.
// F32, F16, BF16 and Q8_0 ignore it.
// REQUIRES: finite values, whole blocks; bytes of the size that they take; importance that is
// finite and at least 0, as many as values or none.
void Quantize(std::span<const float> values, DType dtype, std::span<std::byte> bytes,
              std::span<const float> importance = {});

}  // namespace edgevlm
