#include "tensor/tensor_view.h"

#include <cstdint>
#include <cstring>
#include <string>

#include "base/checked_copy.h"
#include "tensor/dequantize.h"
#include "tensor/half.h"

namespace edgevlm {
namespace {

using FromFloat = std::uint16_t (*)(float);

}  // namespace

Result<std::vector<float>> ToFloats(const TensorView& tensor) {
  const auto bytes = BytesOf(tensor.dtype, tensor.shape);
  if (!bytes) return bytes.error();
  if (*bytes != tensor.bytes.size()) {
    return Error{ErrorCode::kCorrupt, "shape " + tensor.shape.ToString() + ": expected " +
                                          std::to_string(*bytes) + " bytes, found " +
                                          std::to_string(tensor.bytes.size())};
  }
  std::vector<float> values(static_cast<std::size_t>(*ValuesOf(tensor.shape)));
  std::vector<std::byte> stored(tensor.bytes.size());
  if (!CheckedCopy(tensor.bytes, stored.data())) {
    return Error{ErrorCode::kIo, "expected " + std::to_string(*bytes) +
                                     " bytes, found the file cut short while it was read"};
  }
  Dequantize(tensor.dtype, stored, values);
  return values;
}

Result<std::vector<std::byte>> FromFloats(std::span<const float> values, DType dtype) {
  if (dtype == DType::kF32) {
    const auto bytes = std::as_bytes(values);
    return std::vector<std::byte>(bytes.begin(), bytes.end());
  }
  if (dtype != DType::kF16 && dtype != DType::kBF16) {
    return Error{ErrorCode::kUnsupported,
                 "tensor: conversion from float: expected F32, F16 or BF16, found " +
                     std::string(NameOf(dtype))};
  }
  const FromFloat convert = dtype == DType::kF16 ? FloatToHalf : FloatToBFloat16;
  std::vector<std::byte> bytes(values.size() * sizeof(std::uint16_t));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint16_t narrow = convert(values[i]);
    std::memcpy(bytes.data() + 2 * i, &narrow, sizeof(narrow));
  }
  return bytes;
}

}  // namespace edgevlm
