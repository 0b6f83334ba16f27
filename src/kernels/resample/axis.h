// ResampleAxis: which input values, with which weights, make each output value along one axis.
#pragma once

#include <cstdint>
#include <vector>

namespace edgevlm {

// Shapes of the weighting, widest last. Lanczos is sharpest and rings most.
enum class Filter {
  kBilinear,  // triangle, support 1
  kBicubic,   // Keys 1981, "Cubic convolution interpolation", a = -0.5, support 2
  kLanczos3,  // sinc(x) * sinc(x / 3), support 3
};

// Weights are fixed-point with this many bits after the point. 8-bit values times weights whose
// magnitudes sum to less than 2 then stay inside 32 bits.
inline constexpr int kWeightBits = 22;

// A row of weights is padded with zeros to a multiple of this, so that kernels read whole vectors.
inline constexpr int kWeightAlign = 4;

// Output value x is sum_t weights[x * taps + t] * input[first[x] + t] / 2^kWeightBits, t < taps.
//
// With s = in / out, output x has its center at (x + 0.5) * s in the input, where input i has its
// center at i + 0.5. When downscaling (s > 1) the filter is widened by s, which prevents
// aliasing of fine patterns. Weights of one output sum to 1 up to rounding;
// inputs outside the image are left out and their weight goes to the other inputs. Inputs from
// first[x] + count[x] on have weight zero and may lie outside the image.
struct ResampleAxis {
  int in = 0;
  int out = 0;
  int taps = 0;  // multiple of kWeightAlign
  std::vector<int> first;
  std::vector<int> count;                // at most taps
  std::vector<std::int32_t> weights;     // [out, taps]
  std::vector<std::int32_t> weights_x4;  // [out, taps, 4]: each weight four times, for RGBx pixels
};

// Cost: O(in * support + out); 10 us for 300 -> 160. REQUIRES: in >= 1, out >= 1.
ResampleAxis MakeResampleAxis(int in, int out, Filter filter);

// The same axis for an input of which only the `inside` values from `before` on are stored, while
// all values before them are equal, and all after them. Input 0 of the result stands for the
// `before` values in front, 1 to `inside` are the stored ones, and inside + 1 stands for those
// after. Sums have the same bits. REQUIRES: before >= 0, inside >= 1, before + inside <= axis.in.
ResampleAxis CollapseEnds(const ResampleAxis& axis, int before, int inside);

}  // namespace edgevlm
