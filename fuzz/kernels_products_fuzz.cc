// Matrix products with every type of weight, and the conversion of activations for them.
#include <bit>
#include <cfloat>
#include <utility>

#include "base/check.h"
#include "kernels/matmul/bf16/bf16_matmul.h"
#include "kernels/matmul/float32/float32_matmul.h"
#include "kernels/matmul/int8/int8_matmul.h"
#include "kernels/row_products/row_products.h"
#include "kernels/testing/quantized_rows.h"
#include "kernels_fuzz.h"
#include "tensor/testing/blocks.h"

namespace edgevlm {
namespace {

constexpr int kMaxRows = 20, kMaxOutputs = 70;

Weight MakeWeight(FuzzProblem& problem, Packing packing) {
  const DTypeInfo& info = problem.Choose(std::span<const DTypeInfo>(DTypes()));
  const int outputs = problem.Int(1, kMaxOutputs);
  int inputs = info.block_values * problem.Int(1, info.block_values > 32 ? 3 : 12);
  if (info.block_values == 1) inputs = problem.Int(1, 300);
  const bool is_int8 = packing == Packing::kInt8 || packing == Packing::kInt8Rows;
  if (info.block_values == 1 && is_int8) inputs = (inputs + 3) / 4 * 4;
  const std::vector<std::byte> bytes =
      info.block_values == 1 ? *FromFloats(problem.Values(outputs * inputs), info.dtype)
                             : RandomStored(info.dtype, outputs * inputs, problem.Random());
  ThreadPool pool(1);
  Result<Weight> weight =
      Weight::Pack({info.dtype, {outputs, inputs}, bytes}, outputs, inputs, pool, packing);
  CHECK(weight.ok());
  return *std::move(weight);
}

// A product and what every variant makes of it: y = x W^T + bias + residual of some part.
struct Product {
  Product(FuzzProblem& problem, Weight matrix)
      : w(std::move(matrix)),
        rows(problem.Int(0, kMaxRows)),
        x(problem.Values(rows * w.inputs())),
        bias(problem.Bool() ? problem.Values(w.outputs()) : std::vector<float>()),
        residual(problem.Bool() ? problem.Values(rows * w.outputs()) : std::vector<float>()) {
    part.first_row = problem.Int(0, rows);
    part.last_row = problem.Int(part.first_row, rows);
    part.first_panel = problem.Int(0, w.panels() - 1);
    part.last_panel = problem.Int(part.first_panel + 1, w.panels());
    epilogue.bias = bias;
    if (!residual.empty()) {
      epilogue.residual = View<const float>(residual.data(), rows, w.outputs());
    }
  }

  View<const float> Inputs() const { return {x.data(), rows, w.inputs()}; }

  // values_of(t, k): what the activations stand for. is_exact: whether variants give the same bits.
  template <class Function, class Rows, class ValueOf>
  void Check(const char* kernel, const VariantList<Function>& variants, const Rows& inputs,
             const ValueOf& value_of, bool is_exact) const {
    const auto run = [&](Function function) {
      std::vector<float> y(static_cast<std::size_t>(rows * w.outputs()), 42.0f);
      function({inputs, w, epilogue, View<float>(y.data(), rows, w.outputs())}, part);
      return y;
    };
    const std::vector<float> expected = run(variants.scalar());
    std::vector<double> tolerance(expected.size());
    for (std::size_t i = 0; i < tolerance.size(); ++i) {
      tolerance[i] = Magnitude(i, value_of) * (w.inputs() + 2) * double{FLT_EPSILON};
    }
    ForEachFuzzVariant(variants, [&](const Variant<Function>& variant) {
      const bool same_bits = is_exact && variant.needs != Isa::kSse4;
      CheckVariant(kernel, variant.needs, run(variant.run), expected,
                   [&](std::size_t i) { return same_bits ? 0 : tolerance[i]; });
    });
  }

  // The sizes of all that is summed up for a value.
  template <class ValueOf>
  double Magnitude(std::size_t at, const ValueOf& value_of) const {
    const auto outputs = static_cast<std::size_t>(w.outputs());
    const int t = static_cast<int>(at / outputs), n = static_cast<int>(at % outputs);
    double magnitude = 0;
    if (!bias.empty()) magnitude += std::fabs(bias[at % outputs]);
    if (!residual.empty()) magnitude += std::fabs(residual[at]);
    if (w.is_quantized()) {  // scaled quants and a minimum may cancel
      for (int k = 0, count = 0; k < w.inputs(); k += count) {
        const Weight::Group group = w.ReadGroup(n, k);
        count = group.count;
        for (int i = 0; i < group.count; ++i) {
          const double quant = group.quants[static_cast<std::size_t>(i)];
          magnitude += std::fabs(value_of(t, k + i)) *
                       (std::fabs(double{group.scale} * quant) + std::fabs(group.minimum));
        }
      }
      constexpr double kRotation = 8;  // may make as many times larger what is summed
      return kRotation * magnitude;
    }
    std::vector<float> row(static_cast<std::size_t>(w.inputs()));
    w.CopyRow(n, row);
    for (int k = 0; k < w.inputs(); ++k) {
      magnitude += std::fabs(value_of(t, k) * double{row[static_cast<std::size_t>(k)]});
    }
    return magnitude;
  }

  Weight w;
  int rows;
  std::vector<float> x;
  std::vector<float> bias;
  std::vector<float> residual;
  Epilogue epilogue;
  MatMulPart part;
};

void FuzzFloats(FuzzProblem& problem) {
  const Product product(problem, MakeWeight(problem, Packing::kExact));
  product.Check(
      "float32_matmul", Float32MatMulVariants(), product.Inputs(),
      [&](int t, int k) { return double{product.Inputs().Row(t)[static_cast<std::size_t>(k)]}; },
      false);
}

void FuzzInt8(FuzzProblem& problem) {
  const Packing packing = problem.Bool() ? Packing::kInt8 : Packing::kInt8Rows;
  const Product product(problem, MakeWeight(problem, packing));
  const int inputs = product.w.inputs();
  const Int8Rounding rounding = RoundingFor(product.w);
  const QuantizedTestRows expected(product.rows, inputs, rounding);
  std::vector<std::vector<float>> values(static_cast<std::size_t>(product.rows));
  for (int t = 0; t < product.rows; ++t) {
    QuantizeInputsScalar({product.Inputs().Row(t).data(), t, 0, inputs}, expected.rows());
    values[static_cast<std::size_t>(t)].resize(static_cast<std::size_t>(inputs));
    DequantizeRow(expected.rows(), t, values[static_cast<std::size_t>(t)]);
  }
  ForEachFuzzVariant(QuantizeInputsVariants(), [&](const Variant<QuantizeInputsFunction>& variant) {
    const QuantizedTestRows actual(product.rows, inputs, rounding);
    for (int t = 0; t < product.rows; ++t) {
      variant.run({product.Inputs().Row(t).data(), t, 0, inputs}, actual.rows());
      for (int k = 0; k < inputs; ++k) {
        const int quant = actual.rows().Quants(t)[k], wanted = expected.rows().Quants(t)[k];
        if (quant != wanted) {
          FailVariant("quantize_rows", variant.needs, static_cast<std::size_t>(k), quant, wanted);
        }
      }
    }
  });
  product.Check(
      "int8_matmul", Int8MatMulVariants(), expected.rows(),
      [&](int t, int k) {
        return double{values[static_cast<std::size_t>(t)][static_cast<std::size_t>(k)]};
      },
      true);
}

void FuzzBf16(FuzzProblem& problem) {
  Weight w = MakeWeight(problem, Packing::kBf16Pairs);
  if (w.type() != WeightType::kBf16Pairs) return;  // blocks stay as they are
  const Product product(problem, std::move(w));
  const int columns = Bf16Rows::Columns(product.w.inputs());
  const auto rows_by = [&](RoundRowToBf16Function run, std::vector<float>& memory) {
    memory.resize(static_cast<std::size_t>(product.rows * columns));
    const Bf16Rows rows(View<float>(memory.data(), product.rows, columns), product.w.inputs());
    for (int t = 0; t < product.rows; ++t) run(product.Inputs().Row(t).data(), rows, t);
    return rows;
  };
  std::vector<float> memory, own_memory;
  const Bf16Rows expected = rows_by(RoundRowToBf16Scalar, memory);
  ForEachFuzzVariant(RoundRowToBf16Variants(), [&](const Variant<RoundRowToBf16Function>& variant) {
    const Bf16Rows actual = rows_by(variant.run, own_memory);
    for (int t = 0; t < product.rows; ++t) {
      for (int i = 0; i < columns; ++i) {
        if (actual.Pairs(t)[i] == expected.Pairs(t)[i]) continue;
        FailVariant("round_to_bf16", variant.needs, static_cast<std::size_t>(i), actual.Pairs(t)[i],
                    expected.Pairs(t)[i]);
      }
    }
  });
  product.Check(
      "bf16_matmul", Bf16MatMulVariants(), expected,
      [&](int t, int k) {
        const std::uint32_t pair = expected.Pairs(t)[k / 2];
        return double{std::bit_cast<float>(k % 2 == 0 ? pair << 16 : pair & 0xffff0000u)};
      },
      false);
}

void FuzzRowProducts(FuzzProblem& problem) {
  const int a_rows = problem.Int(0, 20), b_rows = problem.Int(0, 20), width = problem.Int(1, 200);
  const int shift = problem.Int(0, 3);
  ShiftedValues a(problem.Values(a_rows * width), shift), b(problem.Values(b_rows * width));
  const View<const float> left(a.data(), a_rows, width), right(b.data(), b_rows, width);
  const auto run = [&](RowProductsFunction function) {
    std::vector<float> y(static_cast<std::size_t>(a_rows * b_rows));
    function(left, right, View<float>(y.data(), a_rows, b_rows));
    return y;
  };
  const std::vector<float> expected = run(RowProductsScalar);
  const auto tolerance = [&](std::size_t at) {
    const int i = static_cast<int>(at) / b_rows, j = static_cast<int>(at) % b_rows;
    double magnitude = 0;
    for (std::size_t k = 0; k < static_cast<std::size_t>(width); ++k) {
      magnitude += std::fabs(double{left.Row(i)[k]} * double{right.Row(j)[k]});
    }
    return width * double{FLT_EPSILON} * magnitude;
  };
  ForEachFuzzVariant(RowProductsVariants(), [&](const Variant<RowProductsFunction>& variant) {
    CheckVariant("row_products", variant.needs, run(variant.run), expected, tolerance);
  });
}

}  // namespace
}  // namespace edgevlm

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  edgevlm::FuzzProblem problem(data, size);
  constexpr void (*kKernels[])(edgevlm::FuzzProblem&) = {
      edgevlm::FuzzFloats, edgevlm::FuzzInt8, edgevlm::FuzzBf16, edgevlm::FuzzRowProducts};
  kKernels[problem.Int(0, 3)](problem);
  return 0;
}
