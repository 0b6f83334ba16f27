#include "train/ops/rounded.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "base/thread_pool.h"
#include "kernels/matmul/int8/quantized_rows.h"
#include "kernels/quantize/quantize.h"
#include "tensor/blocks.h"
#include "tensor/dequantize.h"

namespace edgevlm::train {
namespace {

// The gradient of the result with regard to x is one.
torch::Tensor StraightThrough(const torch::Tensor& x, const torch::Tensor& rounded) {
  return x + (rounded - x).detach();
}

template <class T>
std::span<T> ValuesOf(const torch::Tensor& tensor) {
  return {tensor.data_ptr<T>(), static_cast<std::size_t>(tensor.numel())};
}

View<float> RowsOf(const torch::Tensor& tensor) {
  return {tensor.data_ptr<float>(), static_cast<int>(tensor.size(0)),
          static_cast<int>(tensor.size(1))};
}

}  // namespace

torch::Tensor RoundedWeights(const torch::Tensor& weight, DType type) {
  const torch::Tensor values = weight.detach().contiguous();
  const DTypeInfo& info = InfoOf(type);
  const auto blocks = static_cast<std::size_t>(values.numel() / info.block_values);
  std::vector<std::byte> bytes(blocks * static_cast<std::size_t>(info.block_bytes));
  Quantize(ValuesOf<float>(values), type, bytes);
  const torch::Tensor rounded = torch::empty_like(values);
  Dequantize(type, bytes, ValuesOf<float>(rounded));
  return StraightThrough(weight, rounded);
}

torch::Tensor RoundedInputs(const torch::Tensor& x, DType type) {
  const BlockFormat* format = FindBlockFormat(type);
  CHECK(format != nullptr);
  const torch::Tensor values = x.detach().contiguous();
  const int inputs = static_cast<int>(values.size(1));
  const Int8Rounding rounding = RoundingFor(*format);
  const torch::Tensor memory =
      torch::empty({values.size(0), QuantizedRowLayoutOf(inputs, rounding).floats});
  const QuantizedRows rows(RowsOf(memory), inputs, rounding);
  ThreadPool pool(1);  // the replicas use the cores
  QuantizeRows(RowsOf(values), rows, pool);
  const torch::Tensor rounded = torch::empty_like(values);
  const std::span<float> all = ValuesOf<float>(rounded);
  const auto width = static_cast<std::size_t>(inputs);
  for (int row = 0; row < rows.rows(); ++row) {
    DequantizeRow(rows, row, all.subspan(static_cast<std::size_t>(row) * width, width));
  }
  return StraightThrough(x, rounded);
}

std::optional<DType> RoundingType(std::string_view name) {
  constexpr int kBlock = 32;
  const auto same = [](char a, char b) { return std::toupper(a) == std::toupper(b); };
  for (const DTypeInfo& info : DTypes()) {
    if (info.block_values == kBlock && std::ranges::equal(info.name, name, same)) {
      return info.dtype;
    }
  }
  return std::nullopt;
}

}  // namespace edgevlm::train
