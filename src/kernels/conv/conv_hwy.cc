#include <algorithm>

#include "kernels/conv/conv_variants.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/conv/conv_hwy.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/activation/activation-inl.h"

HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

// The part of a window that lies inside the image, around one cell of the output.
struct Overlap {
  const float* x;           // its first cell
  const float* taps;        // its first tap
  std::ptrdiff_t x_row;     // values from a row of the image to the next
  std::ptrdiff_t x_cell;    // values from a cell to the next
  std::ptrdiff_t taps_row;  // values from a row of taps to the next
  std::ptrdiff_t tap;       // values from a tap to the next
  int rows;
  int columns;
};

Overlap OverlapAt(const DepthwiseCall& call, int row, int column) {
  const auto [kernel, stride] = call.window;
  const FeatureMap& x = call.x;
  const int top = row * stride - kernel / 2;
  const int left = column * stride - kernel / 2;
  const int first_y = std::max(top, 0);
  const int first_x = std::max(left, 0);
  return {.x = x.cells.Row(first_y * x.width + first_x).data(),
          .taps = call.taps.Row((first_y - top) * kernel + first_x - left).data(),
          .x_row = x.cells.stride * x.width,
          .x_cell = x.cells.stride,
          .taps_row = call.taps.stride * kernel,
          .tap = call.taps.stride,
          .rows = std::min(top + kernel, x.height) - first_y,
          .columns = std::min(left + kernel, x.width) - first_x};
}

// y[c] = bias[c] + sum over the taps, for kVectors vectors of channels from `channel` on.
template <int kVectors, class D>
HWY_INLINE void SumTaps(D d, const Overlap& in, const float* bias, int channel, float* y) {
  constexpr int kWidth = static_cast<int>(hn::MaxLanes(D()));
  hn::VFromD<D> sums[kVectors];
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) {
    sums[v] = bias == nullptr ? hn::Zero(d) : hn::LoadU(d, bias + channel + v * kWidth);
  }
  for (int row = 0; row < in.rows; ++row) {
    const float* x = in.x + row * in.x_row + channel;
    const float* tap = in.taps + row * in.taps_row + channel;
    for (int column = 0; column < in.columns; ++column, x += in.x_cell, tap += in.tap) {
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        const auto value = hn::LoadU(d, x + v * kWidth);
        sums[v] = hn::MulAdd(value, hn::LoadU(d, tap + v * kWidth), sums[v]);
      }
    }
  }
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) hn::StoreU(sums[v], d, y + channel + v * kWidth);
}

void DepthwiseCell(const DepthwiseCall& call, int row, int column, std::span<float> y) {
  const Overlap in = OverlapAt(call, row, column);
  const Epilogue& epilogue = call.epilogue;
  const float* bias = epilogue.bias.empty() ? nullptr : epilogue.bias.data();
  const int channels = static_cast<int>(y.size());
  int c = 0;
  for (; c + 4 * kLanes <= channels; c += 4 * kLanes) {
    SumTaps<4>(FullTag(), in, bias, c, y.data());
  }
  ForLanes(c, channels, [&](auto d, int i) HWY_ATTR { SumTaps<1>(d, in, bias, i, y.data()); });
  if (epilogue.activation != Activation::kNone) {
    ApplyEpilogueToRow(y.data(), {.activation = epilogue.activation}, y.data(), channels);
  }
}

}  // namespace

void DepthwiseRows(const DepthwiseCall& call, int first_row, int last_row) {
  const int width = call.window.Outputs(call.x.width);
  for (int row = first_row; row < last_row; ++row) {
    for (int column = 0; column < width; ++column) {
      DepthwiseCell(call, row, column, call.y.Row(row * width + column));
    }
  }
}

void MeanOfRows(View<const float> x, float* mean) {
  ForLanes(0, x.cols, [=](auto d, int c) HWY_ATTR {
    auto sum = hn::Zero(d);
    for (int row = 0; row < x.rows; ++row) sum = hn::Add(sum, hn::LoadU(d, x.Row(row).data() + c));
    hn::StoreU(hn::Div(sum, hn::Set(d, static_cast<float>(x.rows))), d, mean + c);
  });
}

void ScaleRows(View<float> x, const float* scale) {
  for (int row = 0; row < x.rows; ++row) {
    float* values = x.Row(row).data();
    ForLanes(0, x.cols, [=](auto d, int c) HWY_ATTR {
      hn::StoreU(hn::Mul(hn::LoadU(d, values + c), hn::LoadU(d, scale + c)), d, values + c);
    });
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace edgevlm {

HighwayVariants<DepthwiseFunction> DepthwiseHighway() {
  return {HWY_CHOOSE_AVX3(DepthwiseRows), HWY_CHOOSE_AVX2(DepthwiseRows),
          HWY_CHOOSE_SSE4(DepthwiseRows), HWY_CHOOSE_NEON(DepthwiseRows)};
}

HighwayVariants<MeanFunction> MeanHighway() {
  return {HWY_CHOOSE_AVX3(MeanOfRows), HWY_CHOOSE_AVX2(MeanOfRows), HWY_CHOOSE_SSE4(MeanOfRows),
          HWY_CHOOSE_NEON(MeanOfRows)};
}

HighwayVariants<ScaleFunction> ScaleHighway() {
  return {HWY_CHOOSE_AVX3(ScaleRows), HWY_CHOOSE_AVX2(ScaleRows), HWY_CHOOSE_SSE4(ScaleRows),
          HWY_CHOOSE_NEON(ScaleRows)};
}

}  // namespace edgevlm
#endif
