// Values per second of quantizing a group of KV rows to 4 bits, with and without GEAR's
// corrections, and of reading its rows back.
#include <benchmark/benchmark.h>

#include <string>

#include "kernels/kv_rows/q4_rows.h"
#include "kernels/testing/values.h"

namespace edgevlm {
namespace {

struct Group {
  explicit Group(const Q4Shape& group_shape)
      : shape(group_shape),
        values(RandomValues().Draw(shape.group * shape.width)),
        bytes(static_cast<std::size_t>(shape.bytes())) {}

  void Quantize() {
    QuantizeQ4Group(shape, {values.data(), shape.group, shape.width}, bytes.data());
  }

  Q4Shape shape;
  std::vector<float> values;
  std::vector<std::byte> bytes;
};

void BenchQuantize(benchmark::State& state, const Q4Shape& shape) {
  Group group(shape);
  for (auto _ : state) {
    group.Quantize();
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * shape.group * shape.width);
}

void BenchDequantize(benchmark::State& state, const Q4Shape& shape) {
  Group group(shape);
  group.Quantize();
  const Q4Head head = {
      .groups = group.bytes.data(), .shape = shape, .quantized = shape.group, .unquantized = {}};
  std::vector<float> row(static_cast<std::size_t>(shape.width));
  int next = 0;
  for (auto _ : state) {
    DequantizeQ4Row(head, next, row);
    next = next + 1 == shape.group ? 0 : next + 1;
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * shape.width);
}

const bool kRegistered = [] {
  const struct {
    const char* name;
    Q4Shape shape;
  } shapes[] = {
      {"kivi-keys", {.width = 64, .group = 32, .along = Along::kTokens}},
      {"kivi-values", {.width = 64, .group = 32, .along = Along::kChannels}},
      {"gear-keys", {.width = 64, .group = 96, .rank = 2, .outliers = 30, .along = Along::kTokens}},
      {"gear-values",
       {.width = 64, .group = 96, .rank = 2, .outliers = 30, .along = Along::kChannels}},
  };
  for (const auto& [name, shape] : shapes) {
    benchmark::RegisterBenchmark(("QuantizeQ4Group/" + std::string(name)).c_str(), BenchQuantize,
                                 shape);
    benchmark::RegisterBenchmark(("DequantizeQ4Row/" + std::string(name)).c_str(), BenchDequantize,
                                 shape);
  }
  return true;
}();

}  // namespace
}  // namespace edgevlm
