#include "model/weight_reader.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "gguf/names.h"

namespace edgevlm {
namespace {

// Packing this many values takes about 1 ms, starting threads a tenth of that.
constexpr std::uint64_t kValuesForThreads = 1 << 20;

template <class T>
Error OutOfRange(std::string_view key, T min, T max, T found) {
  return {ErrorCode::kInvalid, "model: key '" + std::string(key) + "': expected " +
                                   std::to_string(min) + " to " + std::to_string(max) + ", found " +
                                   std::to_string(found)};
}

}  // namespace

void WeightReader::Fail(Error error) {
  if (ok()) error_ = std::move(error);
}

template <class T>
T WeightReader::Number(std::string_view key, const Result<T>& value, T min, T max) {
  if (!ok()) return min;
  if (!value) {
    Fail(value.error());
  } else if (*value >= min && *value <= max) {
    return *value;
  } else {
    Fail(OutOfRange(key, min, max, *value));
  }
  return min;
}

int WeightReader::Int(std::string_view key, int min, int max) {
  return Number(key, file_.Int(key), min, max);
}

float WeightReader::Float(std::string_view key, float min, float max) {
  return Number(key, file_.Float(key), min, max);
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

template <class T>
std::vector<T> WeightReader::Numbers(std::string_view key, Result<std::vector<T>> values,
                                     std::size_t count, T min, T max) {
  if (!ok()) return std::vector<T>(count, min);
  std::vector<T> checked = Checked(key, std::move(values), count);
  for (T& value : checked) value = Number<T>(key, value, min, max);
  return checked;
}

std::vector<int> WeightReader::Ints(std::string_view key, std::size_t count, int min, int max) {
  return Numbers(key, file_.Ints(key), count, min, max);
}

std::vector<float> WeightReader::Floats(std::string_view key, std::size_t count, float min,
                                        float max) {
  return Numbers(key, file_.Floats(key), count, min, max);
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
  file_.Done(*tensor);
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

int WeightReader::FirstExtent(const std::string& name, int divisor, int max) {
  if (!ok()) return 1;
  const Result<TensorView> tensor = file_.Tensor(name);
  if (!tensor) {
    Fail(tensor.error());
    return 1;
  }
  const Result<std::uint64_t> values = ValuesOf(tensor->shape);
  const std::uint64_t extent = values ? *values / static_cast<std::uint64_t>(divisor) : 0;
  if (values && *values % static_cast<std::uint64_t>(divisor) == 0 && extent >= 1 &&
      extent <= static_cast<std::uint64_t>(max)) {
    return static_cast<int>(extent);
  }
  Fail({ErrorCode::kInvalid, "model: tensor '" + name + "': expected 1 to " + std::to_string(max) +
                                 " times " + std::to_string(divisor) + " values, found shape " +
                                 tensor->shape.ToString()});
  return 1;
}

// A small model never starts the thread group.
ThreadPool& WeightReader::PoolFor(std::uint64_t values) {
  if (values < kValuesForThreads) return alone_;
  if (thread_group_ == nullptr) thread_group_ = std::make_unique<ThreadPool>();
  return *thread_group_;
}

Weight WeightReader::ReadWeight(const std::string& name, const Shape& shape, Fineness fineness) {
  if (!ok()) return {};
  const Result<TensorView> tensor = file_.Tensor(name, shape);
  if (!tensor) {
    Fail(tensor.error());
    return {};
  }
  const Result<std::uint64_t> values = ValuesOf(shape);
  const auto outputs = static_cast<std::uint64_t>(shape[0]);
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<int>::max());
  if (!values || outputs > kMax || *values / outputs > kMax) {
    Fail({ErrorCode::kTooLarge,
          "model: tensor '" + name + "': expected sides below 2^31, found " + shape.ToString()});
    return {};
  }
  const bool is_large = *values > static_cast<std::uint64_t>(Weight::kMaxWidenedValues);
  Packing packing = is_large ? packing_ : Packing::kExact;
  if (packing == Packing::kInt8 && fineness == Fineness::kRows) packing = Packing::kInt8Rows;
  Result<Weight> weight =
      Weight::Pack(*tensor, static_cast<int>(outputs), static_cast<int>(*values / outputs),
                   PoolFor(*values), packing);
  file_.Done(*tensor);
  if (!weight) {
    Fail({weight.error().code, "model: tensor '" + name + "': " + weight.error().message});
    return {};
  }
  return *std::move(weight);
}

Linear WeightReader::ReadLinear(std::string_view module, const Shape& shape, std::string zone,
                                BiasRule bias, Fineness fineness) {
  Linear linear{
      .zone = std::move(zone), .tensor = modules::Weight(module), .weight = {}, .bias = {}};
  linear.weight = ReadWeight(linear.tensor, shape, fineness);
  const std::string name = modules::Bias(module);
  if (bias == BiasRule::kRequired || (bias == BiasRule::kOptional && file_.HasTensor(name))) {
    linear.bias = Values(name, {shape[0]});
  }
  return linear;
}

Norm WeightReader::ReadNorm(std::string_view module, int width, std::string zone) {
  Norm norm{.zone = std::move(zone), .gain = {}, .bias = {}};
  norm.gain = Values(modules::Weight(module), {width});
  norm.bias = Values(modules::Bias(module), {width});
  return norm;
}

}  // namespace edgevlm
