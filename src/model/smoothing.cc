#include "model/smoothing.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>

#include "gguf/names.h"
#include "tensor/blocks.h"

namespace edgevlm {
namespace {

bool HasFloatWeights(const WeightReader& reader, std::string_view module) {
  const GgufTensor* const tensor = reader.file().FindTensor(modules::Weight(module));
  return tensor != nullptr && FindBlockFormat(tensor->view.dtype) == nullptr;
}

// REQUIRES: values is not empty.
float Median(std::vector<float> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

}  // namespace

std::vector<float> SmoothNorm(const WeightReader& reader,
                              std::initializer_list<std::string_view> modules, Norm& norm) {
  const auto is_float = [&](std::string_view module) { return HasFloatWeights(reader, module); };
  if (!reader.ok() || reader.packing() != Packing::kInt8) return {};
  if (norm.gain.empty() || !std::ranges::all_of(modules, is_float)) return {};
  std::vector<float> sizes;
  std::ranges::transform(norm.gain, norm.bias, std::back_inserter(sizes),
                         [](float gain, float bias) { return std::hypot(gain, bias); });
  const float median = Median(sizes);
  if (!(median > 0) || std::ranges::max(sizes) <= kOutlierRatio * median) return {};
  std::vector<float> factors(sizes.size(), 1.0f);
  for (std::size_t c = 0; c < sizes.size(); ++c) {
    if (sizes[c] <= kOutlierRatio * median) continue;
    factors[c] = std::exp2(std::round(std::log2(sizes[c] / median) / 2));
    norm.gain[c] /= factors[c];
    norm.bias[c] /= factors[c];
  }
  return factors;
}

}  // namespace edgevlm
