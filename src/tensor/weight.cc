#include "tensor/weight.h"

#include <algorithm>
#include <new>

namespace edgevlm {
namespace {

constexpr std::align_val_t kAlignment{64};

}  // namespace

void Weight::Free::operator()(float* values) const { ::operator delete[](values, kAlignment); }

std::size_t Weight::bytes() const {
  return static_cast<std::size_t>(panels()) * kPanelWidth * static_cast<std::size_t>(inputs_) *
         sizeof(float);
}

Weight::Weight(View<const float> matrix) : outputs_(matrix.rows), inputs_(matrix.cols) {
  values_.reset(static_cast<float*>(::operator new[](bytes(), kAlignment)));
  std::fill_n(values_.get(), bytes() / sizeof(float), 0.0f);
  for (int n = 0; n < outputs_; ++n) {
    const std::span<const float> row = matrix.Row(n);
    float* packed = values_.get() + (Panel(n / kPanelWidth) - values_.get()) + n % kPanelWidth;
    for (const float value : row) {
      *packed = value;
      packed += kPanelWidth;
    }
  }
}

void Weight::CopyRow(int output, std::span<float> row) const {
  CHECK(0 <= output && output < outputs_ && row.size() == static_cast<std::size_t>(inputs_));
  const float* packed = Panel(output / kPanelWidth) + output % kPanelWidth;
  for (float& value : row) {
    value = *packed;
    packed += kPanelWidth;
  }
}

}  // namespace edgevlm
