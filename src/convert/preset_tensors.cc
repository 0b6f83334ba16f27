#include "convert/preset_tensors.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "base/check.h"
#include "gguf/names.h"
#include "kernels/quantize/quantize.h"

namespace edgevlm {
namespace {

// Values are drawn for this many blocks per tensor and repeated. The number is prime, so rows,
// whose lengths are round numbers, differ.
constexpr int kPatternValues = 67 * 256;

}  // namespace

void PresetTensors::Matrix(std::string_view module, int outputs, int inputs) {
  Values(modules::Weight(module), {outputs, inputs}, inputs);
}

void PresetTensors::Linear(std::string_view module, int outputs, int inputs, bool has_bias) {
  Matrix(module, outputs, inputs);
  if (has_bias) Vector(modules::Bias(module), outputs, 0.0f);
}

void PresetTensors::Norm(std::string_view module, int width, bool has_bias) {
  Vector(modules::Weight(module), width, 1.0f);
  if (has_bias) Vector(modules::Bias(module), width, 0.0f);
}

void PresetTensors::Vector(const std::string& name, int width, float value) {
  const std::vector<float> values(static_cast<std::size_t>(width), value);
  const auto bytes = std::as_bytes(std::span(values));
  writer_.AddTensor(name, DType::kF32, {width}, std::vector(bytes.begin(), bytes.end()));
}

void PresetTensors::Values(const std::string& name, const Shape& shape, int inputs) {
  const GgufTensor tensor = {.name = name, .view = {DType::kF32, shape, {}}};
  const DType dtype = ChooseType(tensor, type_, facts_);
  const Result<std::uint64_t> size = BytesOf(dtype, shape);
  CHECK(size.ok());
  const std::vector<std::byte> pattern = Pattern(dtype, 1 / std::sqrt(static_cast<float>(inputs)));
  std::vector<std::byte> bytes(*size);
  for (std::size_t i = 0; i < bytes.size(); i += pattern.size()) {
    const std::size_t count = std::min(pattern.size(), bytes.size() - i);
    std::copy_n(pattern.begin(), count, bytes.begin() + static_cast<std::ptrdiff_t>(i));
  }
  writer_.AddTensor(name, dtype, shape, std::move(bytes));
}

std::vector<std::byte> PresetTensors::Pattern(DType dtype, float deviation) {
  std::normal_distribution<float> normal(0, deviation);
  std::vector<float> values(kPatternValues);
  for (float& value : values) value = normal(rng_);
  const Result<std::uint64_t> size = BytesOf(dtype, {kPatternValues});
  CHECK(size.ok());
  std::vector<std::byte> bytes(*size);
  Quantize(values, dtype, bytes);
  return bytes;
}

}  // namespace edgevlm
