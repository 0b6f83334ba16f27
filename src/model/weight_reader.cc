#include "model/weight_reader.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "gguf/names.h"

namespace edgevlm {
namespace {

template <class T>
Error OutOfRange(std::string_view key, T least, T most, T found) {
  return {ErrorCode::kInvalid, "model: key '" + std::string(key) + "': expected " +
                                   std::to_string(least) + " to " + std::to_string(most) +
                                   ", found " + std::to_string(found)};
}

}  // namespace

void WeightReader::Fail(Error error) {
  if (ok()) error_ = std::move(error);
}

int WeightReader::Int(std::string_view key, int least, int most) {
  if (!ok()) return least;
  const Result<int> value = file_.Int(key);
  if (!value) {
    Fail(value.error());
    return least;
  }
  if (*value >= least && *value <= most) return *value;
  Fail(OutOfRange(key, least, most, *value));
  return least;
}

float WeightReader::Float(std::string_view key, float least, float most) {
  if (!ok()) return least;
  const Result<float> value = file_.Float(key);
  if (!value) {
    Fail(value.error());
    return least;
  }
  if (*value >= least && *value <= most) return *value;
  Fail(OutOfRange(key, least, most, *value));
  return least;
}

template <class T>
std::vector<T> WeightReader::Checked(std::string_view key, Result<std::vector<T>> values,
                                     std::size_t count) {
  if (!values) {
    Fail(values.error());
  } else if (values->size() != count) {
    Fail({ErrorCode::kInvalid, "model: key '" + std::string(key) + "': expected " +
                                   std::to_string(count) + " values, found " +
                                   std::to_string(values->size())});
  }
  return ok() ? *std::move(values) : std::vector<T>(count);
}

std::vector<int> WeightReader::Ints(std::string_view key, std::size_t count, int least, int most) {
  if (!ok()) return std::vector<int>(count, least);
  std::vector<int> values = Checked(key, file_.Ints(key), count);
  for (int& value : values) {
    if (value >= least && value <= most) continue;
    Fail(OutOfRange(key, least, most, value));
    value = least;
  }
  return values;
}

std::vector<float> WeightReader::Floats(std::string_view key, std::size_t count, float least,
                                        float most) {
  if (!ok()) return std::vector<float>(count, least);
  std::vector<float> values = Checked(key, file_.Floats(key), count);
  for (float& value : values) {
    if (value >= least && value <= most) continue;
    Fail(OutOfRange(key, least, most, value));
    value = least;
  }
  return values;
}

std::vector<bool> WeightReader::Bools(std::string_view key, std::size_t count) {
  if (!ok()) return std::vector<bool>(count);
  return Checked(key, file_.Bools(key), count);
}

std::vector<float> WeightReader::Values(const std::string& name, const Shape& shape) {
  if (!ok()) return {};
  const Result<TensorView> tensor = file_.Tensor(name, shape);
  if (!tensor) {
    Fail(tensor.error());
    return {};
  }
  Result<std::vector<float>> values = ToFloats(*tensor);
  if (!values) {
    Fail({values.error().code, "model: tensor '" + name + "': " + values.error().message});
    return {};
  }
  if (!std::all_of(values->begin(), values->end(), [](float v) { return std::isfinite(v); })) {
    Fail({ErrorCode::kCorrupt, "model: tensor '" + name +
                                   "': expected finite numbers, found NaN "
                                   "or infinity"});
    return {};
  }
  return *std::move(values);
}

int WeightReader::FirstExtent(const std::string& name, int divisor, int most) {
  if (!ok()) return 1;
  const Result<TensorView> tensor = file_.Tensor(name);
  if (!tensor) {
    Fail(tensor.error());
    return 1;
  }
  const Result<std::uint64_t> values = ValuesOf(tensor->shape);
  const std::uint64_t extent = values ? *values / static_cast<std::uint64_t>(divisor) : 0;
  if (values && *values % static_cast<std::uint64_t>(divisor) == 0 && extent >= 1 &&
      extent <= static_cast<std::uint64_t>(most)) {
    return static_cast<int>(extent);
  }
  Fail({ErrorCode::kInvalid, "model: tensor '" + name + "': expected 1 to " + std::to_string(most) +
                                 " times " + std::to_string(divisor) + " values, found shape " +
                                 tensor->shape.ToString()});
  return 1;
}

Weight WeightReader::ReadWeight(std::string_view module, const Shape& shape) {
  const std::vector<float> matrix = Values(modules::Weight(module), shape);
  if (!ok()) return {};
  const int outputs = static_cast<int>(shape[0]);
  const int inputs = static_cast<int>(matrix.size() / static_cast<std::size_t>(outputs));
  return Weight({matrix.data(), outputs, inputs});
}

Linear WeightReader::ReadLinear(std::string_view module, const Shape& shape, std::string zone,
                                BiasRule rule) {
  Linear linear{.zone = std::move(zone), .weight = ReadWeight(module, shape), .bias = {}};
  const std::string bias = modules::Bias(module);
  if (rule == BiasRule::kNeeded || file_.HasTensor(bias)) linear.bias = Values(bias, {shape[0]});
  return linear;
}

Norm WeightReader::ReadNorm(std::string_view module, int width, std::string zone) {
  Norm norm{.zone = std::move(zone), .gain = {}, .bias = {}};
  norm.gain = Values(modules::Weight(module), {width});
  norm.bias = Values(modules::Bias(module), {width});
  return norm;
}

}  // namespace edgevlm
