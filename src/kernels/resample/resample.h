// Separable resampling of 8-bit RGB images: rows first, then columns, 8 bits in between.
//
// Formula and conventions are those of Pillow's Image.resize (fixed point, antialiased when
// downscaling), so that models trained with it get the same images. Sums are integers, so every
// variant gives exactly the same bytes on every processor.
#pragma once

#include <cstdint>

#include "kernels/resample/axis.h"
#include "kernels/variant.h"
#include "tensor/view.h"

namespace edgevlm {

// out[y, x, c] = clamp(sum_t weight[x, t] * in[y, first[x] + t, c]), rounded to the nearest.
//   in   [H, axis.in * 3], pixels interleaved
//   out  [H, axis.out * 3], must not overlap in
// Cost: H * axis.out * axis.taps multiplications of whole pixels. Threads: any.
void ResampleRows(View<const std::uint8_t> in, const ResampleAxis& axis, View<std::uint8_t> out);

// out[y, i] = clamp(sum_t weight[begin + y, t] * in[first[begin + y] + t, i]), to the nearest.
//   in   [axis.in, N], N any number of values
//   out  [rows, N]: rows [begin, begin + rows) of the result, must not overlap in
void ResampleColumns(View<const std::uint8_t> in, const ResampleAxis& axis, int begin,
                     View<std::uint8_t> out);

// For tests and benchmarks.
using ResampleRowsFunction = void (*)(View<const std::uint8_t> in, const ResampleAxis& axis,
                                      View<std::uint8_t> out);
using ResampleColumnsFunction = void (*)(View<const std::uint8_t> in, const ResampleAxis& axis,
                                         int begin, View<std::uint8_t> out);
const VariantList<ResampleRowsFunction>& ResampleRowsVariants();
const VariantList<ResampleColumnsFunction>& ResampleColumnsVariants();
HighwayVariants<ResampleRowsFunction> ResampleRowsHighway();
HighwayVariants<ResampleColumnsFunction> ResampleColumnsHighway();

// The specification in plain loops: the two functions above give the same bytes.
void ResampleRowsScalar(View<const std::uint8_t> in, const ResampleAxis& axis,
                        View<std::uint8_t> out);
void ResampleColumnsScalar(View<const std::uint8_t> in, const ResampleAxis& axis, int begin,
                           View<std::uint8_t> out);

}  // namespace edgevlm
