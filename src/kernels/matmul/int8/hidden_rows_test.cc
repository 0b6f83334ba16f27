#include "kernels/matmul/int8/hidden_rows.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "kernels/matmul/int8/int8_matmul.h"
#include "kernels/testing/quantized_rows.h"
#include "kernels/testing/values.h"
#include "tensor/testing/blocks.h"

namespace edgevlm {
namespace {

Weight WeightOf(DType dtype, int n, int k) {
  ThreadPool pool(1);
  const auto bytes = InfoOf(dtype).block_values > 1
                         ? RandomStored(dtype, n * k)
                         : *FromFloats(RandomValues().Draw(n * k), dtype);
  return *Weight::Pack({dtype, {n, k}, bytes}, n, k, pool, Packing::kInt8);
}

void ExpectSameBytes(const QuantizedRows& actual, const QuantizedRows& expected) {
  const QuantizedRowLayout layout = QuantizedRowLayoutOf(expected.inputs(), expected.rounding());
  for (int t = 0; t < expected.rows(); ++t) {
    ASSERT_EQ(std::memcmp(actual.Quants(t), expected.Quants(t),
                          sizeof(float) * static_cast<std::size_t>(layout.floats)),
              0)
        << "row " << t;
  }
}

// rounded_for: the format of the matrix that multiplies the hidden activations.
void ExpectThoseOfMatMul(DType dtype, DType rounded_for, int t, int k, int hidden, int threads) {
  SCOPED_TRACE(testing::Message() << NameOf(dtype) << " for " << NameOf(rounded_for) << " T=" << t
                                  << " K=" << k << " H=" << hidden << " threads " << threads);
  ThreadPool pool(threads);
  RandomValues random;
  const Weight gate = WeightOf(dtype, hidden, k), up = WeightOf(dtype, hidden, k);
  const Weight down = WeightOf(rounded_for, 16, hidden);
  const std::vector<float> gate_bias = random.Draw(hidden), up_bias = random.Draw(hidden);
  const std::vector<float> inputs = random.Draw(t * k);
  const QuantizedTestRows x(t, k, RoundingFor(gate));
  QuantizeRows(View<const float>(inputs.data(), t, k), x.rows(), pool);
  Guarded<float> values(t, hidden);
  std::vector<float> memory(static_cast<std::size_t>(threads * HiddenMemoryColumns()));
  const View<float> parts(memory.data(), threads, HiddenMemoryColumns());
  const BiasedProduct first = {gate, gate_bias}, factor = {up, up_bias};
  for (const BiasedProduct* second : {&factor, static_cast<const BiasedProduct*>(nullptr)}) {
    const QuantizedTestRows expected(t, hidden, RoundingFor(down));
    const QuantizedTestRows actual(t, hidden, RoundingFor(down));
    MatMul(x.rows(), gate, {.bias = gate_bias, .activation = Activation::kSilu}, values.view(),
           pool);
    if (second != nullptr) {
      MatMul(x.rows(), up, {.bias = up_bias, .factor = values.view()}, values.view(), pool);
    }
    QuantizeRows(values.view(), expected.rows(), pool);
    HiddenRows(x.rows(), first, Activation::kSilu, second, actual.rows(), parts, pool);
    ExpectSameBytes(actual.rows(), expected.rows());
  }
}

TEST(HiddenRows, AreThoseOfMatMulRounded) {
  ExpectThoseOfMatMul(DType::kQ4_K, DType::kQ6_K, 70, 256, 512, 1);
  ExpectThoseOfMatMul(DType::kQ4_K, DType::kQ4_K, 300, 256, 256, 2);
  ExpectThoseOfMatMul(DType::kQ8_0, DType::kQ8_0, 64, 96, 416, 3);
  ExpectThoseOfMatMul(DType::kF16, DType::kF16, 65, 100, 324, 2);
  ExpectThoseOfMatMul(DType::kF16, DType::kQ4_0, 1, 64, 32, 3);
}

TEST(HiddenRows, SuitManyRowsAndManyOutputs) {
  const Weight blocks = WeightOf(DType::kQ4_K, 16, 1024);
  EXPECT_TRUE(SuitsHiddenRows(kMinHiddenRows, blocks, 2));
  EXPECT_FALSE(SuitsHiddenRows(kMinHiddenRows - 1, blocks, 2));
  EXPECT_FALSE(SuitsHiddenRows(kMinHiddenRows, blocks, 3)) << "8 chunks";
  EXPECT_TRUE(SuitsHiddenRows(kHiddenRows + 1, blocks, 3));
  ThreadPool pool(1);
  const Weight rows = *Weight::Pack(
      {DType::kF32, {16, 1024}, *FromFloats(RandomValues().Draw(16 << 10), DType::kF32)}, 16, 1024,
      pool, Packing::kInt8Rows);
  EXPECT_FALSE(SuitsHiddenRows(kMinHiddenRows, rows, 1)) << "one scale of the whole row";
}

}  // namespace
}  // namespace edgevlm
