#include "model/weight_reader.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "gguf/names.h"
#include "gguf/value.h"

namespace edgevlm {
namespace {

// Packing this many values takes about 40 us; threads start once, in about 100 us.
constexpr std::uint64_t kValuesForThreads = 1 << 16;

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
  const Result<TensorView> tensor = Tensor(name, shape);
  if (!tensor) {
    Fail(tensor.error());
    return {};
  }
  Result<std::vector<float>> values = ToFloats(*tensor);
  file_.Done(*tensor);
  if (!values) {
    Fail(values.error().In("model: tensor '" + name + "'"));
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

Result<TensorView> WeightReader::Tensor(const std::string& name, const Shape& shape) {
  read_.insert(name);
  return file_.Tensor(name, shape);
}

Weight WeightReader::ReadWeight(const std::string& name, const Shape& shape, Fineness fineness) {
  if (!ok()) return {};
  const Result<TensorView> tensor = Tensor(name, shape);
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
  Weight weight = Pack(name, *tensor, static_cast<int>(outputs), fineness);
  file_.Done(*tensor);
  return weight;
}

// REQUIRES: the sides of the matrix are below 2^31.
Weight WeightReader::Pack(const std::string& name, const TensorView& tensor, int outputs,
                          Fineness fineness) {
  const std::uint64_t values = *ValuesOf(tensor.shape);
  Packing packing = values > most_exact_ ? packing_ : Packing::kExact;
  if (packing == Packing::kInt8 && fineness == Fineness::kRows) packing = Packing::kInt8Rows;
  Result<Weight> weight =
      Weight::Pack(tensor, outputs, static_cast<int>(values / static_cast<std::uint64_t>(outputs)),
                   PoolFor(values), packing, &memory_);
  if (weight) return *std::move(weight);
  Fail(weight.error().In("model: tensor '" + name + "'"));
  return {};
}

Weight WeightReader::PackValues(const std::string& name, const std::vector<float>& values,
                                int outputs, Fineness fineness) {
  const auto count = static_cast<std::int64_t>(values.size());
  return Pack(name,
              {.dtype = DType::kF32,
               .shape = {outputs, count / outputs},
               .bytes = std::as_bytes(std::span(values))},
              outputs, fineness);
}

Weight WeightReader::ReadTransposedWeight(const std::string& name, int inputs, int outputs) {
  const std::vector<float> stored = Values(name, {inputs, outputs});
  if (!ok()) return {};
  std::vector<float> values(stored.size());
  const View<const float> from(stored.data(), inputs, outputs);
  const View<float> to(values.data(), outputs, inputs);
  for (int row = 0; row < outputs; ++row) {
    for (int col = 0; col < inputs; ++col) {
      to.Row(row).data()[col] = from.Row(col).data()[row];
    }
  }
  return PackValues(name, values, outputs, Fineness::kBlocks);
}

// A matrix whose columns are multiplied by the factors.
Weight WeightReader::ReadWeightTimes(std::span<const float> factors, const std::string& name,
                                     const Shape& shape, Fineness fineness) {
  std::vector<float> values = Values(name, shape);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] *= factors[i % factors.size()];
  return ok() ? PackValues(name, values, static_cast<int>(shape[0]), fineness) : Weight();
}

Linear WeightReader::ReadLinear(std::string_view module, const Shape& shape, std::string zone,
                                const LinearOptions& options) {
  Linear linear{
      .zone = std::move(zone), .tensor = modules::Weight(module), .weight = {}, .bias = {}};
  linear.weight = options.factors.empty()
                      ? ReadWeight(linear.tensor, shape, options.fineness)
                      : ReadWeightTimes(options.factors, linear.tensor, shape, options.fineness);
  const std::string name = modules::Bias(module);
  if (options.bias == BiasRule::kRequired ||
      (options.bias == BiasRule::kOptional && file_.HasTensor(name))) {
    linear.bias = Values(name, {shape[0]});
  }
  return linear;
}

Linear WeightReader::ReadLinearRows(std::string_view module, int rows, int first,
                                    const Shape& shape, std::string zone) {
  Linear linear{
      .zone = std::move(zone), .tensor = modules::Weight(module), .weight = {}, .bias = {}};
  const Result<TensorView> all = Tensor(linear.tensor, {rows, shape[1]});
  if (!all) Fail(all.error());
  if (!ok()) return linear;
  const auto row_bytes = all->bytes.size() / static_cast<std::size_t>(rows);
  const TensorView part = {
      .dtype = all->dtype,
      .shape = shape,
      .bytes = all->bytes.subspan(static_cast<std::size_t>(first) * row_bytes,
                                  static_cast<std::size_t>(shape[0]) * row_bytes)};
  linear.weight = Pack(linear.tensor, part, static_cast<int>(shape[0]), Fineness::kBlocks);
  file_.Done(part);
  return linear;
}

Linear WeightReader::ReadScaledLinear(std::string_view module, const std::string& scale,
                                      const Shape& shape, std::string zone, Fineness fineness) {
  Linear linear{
      .zone = std::move(zone), .tensor = modules::Weight(module), .weight = {}, .bias = {}};
  const std::vector<float> scales = Values(scale, {shape[0]});
  std::vector<float> values = Values(modules::Weight(module), shape);
  linear.bias = Values(modules::Bias(module), {shape[0]});
  if (!ok()) return linear;
  const std::size_t inputs = values.size() / scales.size();
  for (std::size_t output = 0; output < scales.size(); ++output) {
    for (float& value : std::span(values).subspan(output * inputs, inputs)) value *= scales[output];
    linear.bias[output] *= scales[output];
  }
  linear.weight = PackValues(modules::Weight(module), values, static_cast<int>(shape[0]), fineness);
  return linear;
}

Norm WeightReader::ReadNorm(std::string_view module, int width, std::string zone) {
  Norm norm{.zone = std::move(zone), .gain = {}, .bias = {}};
  norm.gain = Values(modules::Weight(module), {width});
  norm.bias = Values(modules::Bias(module), {width});
  return norm;
}

void WeightReader::RefuseUnread(std::string_view prefix, std::string_view except) {
  if (!ok()) return;
  for (const GgufTensor& tensor : file_.tensors()) {
    if (!tensor.name.starts_with(prefix) || read_.contains(tensor.name)) continue;
    if (!except.empty() && tensor.name.starts_with(except)) continue;
    constexpr std::size_t kShownBytes = 64;
    return Fail({ErrorCode::kUnsupported, "model: tensor '" + Printable(tensor.name, kShownBytes) +
                                              "': expected none of this name, found one"});
  }
}

}  // namespace edgevlm
