#include "model/zone_work.h"

#include <algorithm>

namespace edgevlm {
namespace {

constexpr double kFloatBytes = sizeof(float);

double BytesPerValue(Arithmetic arithmetic) {
  switch (arithmetic) {
    case Arithmetic::kInt8:
      return 1;
    case Arithmetic::kBfloat16:
      return 2;
    case Arithmetic::kFloat32:
      break;
  }
  return kFloatBytes;
}

}  // namespace

Work ProductWork(int rows, const Weight& weight, Arithmetic arithmetic) {
  const double inputs = weight.inputs(), outputs = weight.outputs();
  return {.flop = 2.0 * rows * inputs * outputs,
          .bytes = static_cast<double>(weight.bytes()) +
                   rows * (inputs * BytesPerValue(arithmetic) + outputs * kFloatBytes),
          .arithmetic = arithmetic};
}

Work ElementwiseWork(View<const float> x, double flop_each) {
  const double values = 1.0 * x.rows * x.cols;
  return {.flop = values * flop_each, .bytes = 2 * kFloatBytes * values};
}

Work AttentionWork(double rows, double positions, int width, int kv_width, Arithmetic arithmetic) {
  return {.flop = 4 * rows * positions * width,
          .bytes = kFloatBytes * (2 * rows * width + 2 * positions * kv_width),
          .arithmetic = arithmetic};
}

Work AttentionWork(std::span<const TokenSpan> batch, int layer, const HeadCounts& heads,
                   int window) {
  Work work;
  for (const TokenSpan& span : batch) {
    const LayerCache& cache = span.cache->layer(layer);
    const double rows = span.rows();
    const double width = cache.width() / heads.kv * heads.query;
    double held = cache.rows() + (rows + 1) / 2;  // of the middle row
    if (window > 0) held = std::min<double>(held, window);
    work.flop += 4 * rows * held * width;
    const double bytes_per_position =
        static_cast<double>(cache.bytes()) / std::max(cache.capacity(), 1);
    work.bytes += kFloatBytes * 2 * rows * width + (held + rows) * bytes_per_position;
  }
  return work;
}

Arithmetic ArithmeticOf(AttentionPrecision precision) {
  return precision == AttentionPrecision::kBfloat16 ? Arithmetic::kBfloat16 : Arithmetic::kFloat32;
}

Work DepthwiseWork(int input_rows, int output_rows, View<const float> taps) {
  return {.flop = 2.0 * output_rows * taps.rows * taps.cols,
          .bytes = kFloatBytes * taps.cols * (1.0 * input_rows + output_rows + taps.rows)};
}

}  // namespace edgevlm
