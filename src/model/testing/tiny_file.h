// TinyFile: builds a model file with random weights. For tests.
#pragma once

#include <cstddef>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gguf/writer.h"
#include "tensor/half.h"
#include "tensor/tensor_view.h"

namespace edgevlm {

struct TinyTensor {
  Shape shape;
  std::vector<float> values;  // representable in float16 if dtype says so
  DType dtype = DType::kF32;
};

// Keys and tensors by name, which tests may change before writing the file.
struct TinyFile {
  explicit TinyFile(unsigned seed) : random_(seed) {}

  std::vector<std::byte> ToBytes() const {
    GgufWriter writer;
    for (const auto& [name, value] : keys) writer.Add(name, value);
    for (const auto& [name, tensor] : tensors) {
      Result<std::vector<std::byte>> bytes = FromFloats(tensor.values, tensor.dtype);
      CHECK(bytes.ok());
      writer.AddTensor(name, tensor.dtype, tensor.shape, *std::move(bytes));
    }
    Result<std::vector<std::byte>> file = writer.ToBytes();
    CHECK(file.ok());
    return *std::move(file);
  }

  const std::vector<float>& Values(const std::string& name) const {
    CHECK(tensors.contains(name));
    return tensors.at(name).values;
  }

  // Normally distributed values.
  void AddTensor(const std::string& name, const Shape& shape, float mean, float deviation,
                 DType dtype) {
    std::int64_t count = 1;
    for (const std::int64_t extent : shape.extents()) count *= extent;
    TinyTensor tensor = {.shape = shape, .values = {}, .dtype = dtype};
    std::normal_distribution<float> normal(mean, deviation);
    for (std::int64_t i = 0; i < count; ++i) {
      const float value = normal(random_);
      tensor.values.push_back(dtype == DType::kF16 ? HalfToFloat(FloatToHalf(value)) : value);
    }
    tensors[name] = std::move(tensor);
  }

  std::map<std::string, GgufValue> keys;
  std::map<std::string, TinyTensor> tensors;

 private:
  std::mt19937 random_;
};

}  // namespace edgevlm
