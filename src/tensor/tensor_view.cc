#include "tensor/tensor_view.h"

#include <cstdint>
#include <cstring>
#include <string>

#include "tensor/half.h"

namespace edgevlm {
namespace {

using ToFloat = float (*)(std::uint16_t);
using FromFloat = std::uint16_t (*)(float);

// Tensors of embedded files may lie at odd addresses: values are copied out, never cast.
template <class T>
T Load(const std::byte* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof(T));
  return value;
}

void Widen(std::span<const std::byte> bytes, ToFloat convert, std::vector<float>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = convert(Load<std::uint16_t>(bytes.data() + 2 * i));
  }
}

// A block is a float16 scale and 32 signed bytes: value = scale * byte.
void Dequantize8(std::span<const std::byte> bytes, std::vector<float>& values) {
  constexpr std::size_t kBlockValues = 32;
  constexpr std::size_t kBlockBytes = 34;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::byte* block = bytes.data() + i / kBlockValues * kBlockBytes;
    const auto level = Load<std::int8_t>(block + 2 + i % kBlockValues);
    values[i] = HalfToFloat(Load<std::uint16_t>(block)) * static_cast<float>(level);
  }
}

Error NoConversion(DType dtype, const char* direction, const char* known) {
  return Error{ErrorCode::kUnsupported, std::string("tensor: conversion ") + direction +
                                            " float: expected " + known + ", found " +
                                            std::string(NameOf(dtype))};
}

}  // namespace

Result<std::vector<float>> ToFloats(const TensorView& tensor) {
  const auto bytes = BytesOf(tensor.dtype, tensor.shape);
  if (!bytes) return bytes.error();
  if (*bytes != tensor.bytes.size()) {
    return Error{ErrorCode::kCorrupt, "shape " + tensor.shape.ToString() + ": expected " +
                                          std::to_string(*bytes) + " bytes, found " +
                                          std::to_string(tensor.bytes.size())};
  }
  if (tensor.dtype != DType::kF32 && tensor.dtype != DType::kF16 && tensor.dtype != DType::kBF16 &&
      tensor.dtype != DType::kQ8_0) {
    return NoConversion(tensor.dtype, "to", "F32, F16, BF16 or Q8_0");
  }
  std::vector<float> values(static_cast<std::size_t>(*ValuesOf(tensor.shape)));
  if (tensor.dtype == DType::kF32) {
    std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
  } else if (tensor.dtype == DType::kQ8_0) {
    Dequantize8(tensor.bytes, values);
  } else {
    Widen(tensor.bytes, tensor.dtype == DType::kF16 ? HalfToFloat : BFloat16ToFloat, values);
  }
  return values;
}

Result<std::vector<std::byte>> FromFloats(std::span<const float> values, DType dtype) {
  if (dtype == DType::kF32) {
    const auto bytes = std::as_bytes(values);
    return std::vector<std::byte>(bytes.begin(), bytes.end());
  }
  if (dtype != DType::kF16 && dtype != DType::kBF16) {
    return NoConversion(dtype, "from", "F32, F16 or BF16");
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
