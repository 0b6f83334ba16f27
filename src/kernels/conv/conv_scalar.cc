#include "kernels/conv/conv_variants.h"

namespace edgevlm {
namespace {

float DepthwiseSum(const DepthwiseCall& call, int row, int column, int channel) {
  const auto [kernel, stride] = call.window;
  const auto& bias = call.epilogue.bias;
  float sum = bias.empty() ? 0.0f : bias[static_cast<std::size_t>(channel)];
  for (int dy = 0; dy < kernel; ++dy) {
    for (int dx = 0; dx < kernel; ++dx) {
      const int y = row * stride + dy - kernel / 2;
      const int x = column * stride + dx - kernel / 2;
      if (y < 0 || y >= call.x.height || x < 0 || x >= call.x.width) continue;
      const auto c = static_cast<std::size_t>(channel);
      sum += call.x.cells.Row(y * call.x.width + x)[c] * call.taps.Row(dy * kernel + dx)[c];
    }
  }
  return sum;
}

}  // namespace

void DepthwiseScalar(const DepthwiseCall& call, int first_row, int last_row) {
  const int width = call.window.Outputs(call.x.width);
  for (int row = first_row; row < last_row; ++row) {
    for (int column = 0; column < width; ++column) {
      float* y = call.y.Row(row * width + column).data();
      for (int c = 0; c < call.y.cols; ++c) y[c] = DepthwiseSum(call, row, column, c);
      ActivationRowScalar(y, {.activation = call.epilogue.activation}, y, call.y.cols);
    }
  }
}

void MeanScalar(View<const float> x, float* mean) {
  for (int c = 0; c < x.cols; ++c) {
    float sum = 0.0f;
    for (int row = 0; row < x.rows; ++row) sum += x.Row(row)[static_cast<std::size_t>(c)];
    mean[c] = sum / static_cast<float>(x.rows);
  }
}

void ScaleScalar(View<float> x, const float* scale) {
  for (int row = 0; row < x.rows; ++row) {
    float* values = x.Row(row).data();
    for (int c = 0; c < x.cols; ++c) values[c] *= scale[c];
  }
}

}  // namespace edgevlm
