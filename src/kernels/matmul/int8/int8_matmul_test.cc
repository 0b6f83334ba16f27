#include "kernels/matmul/int8/int8_matmul.h"

#include <gtest/gtest.h>

#include <array>
#include <cfloat>
#include <cmath>
#include <limits>

#include "kernels/testing/quantized_rows.h"
#include "kernels/testing/values.h"
#include "tensor/testing/blocks.h"

namespace edgevlm {
namespace {

constexpr Int8Rounding kPlain = {32, 32, 1};
constexpr Int8Rounding kRotated8 = {32, 128, 8};
constexpr Int8Rounding kRotated4 = {16, 128, 4};

// Quantized activations [T, K].
class Rows {
 public:
  Rows(const std::vector<float>& x, int inputs, const Int8Rounding& rounding)
      : memory_(static_cast<int>(x.size()) / inputs, inputs, rounding) {
    for (int t = 0; t < rows().rows(); ++t) {
      QuantizeInputsScalar({x.data() + t * inputs, t, 0, inputs}, rows());
    }
  }
  const QuantizedRows& rows() const { return memory_.rows(); }

  // The dequantized values.
  std::vector<float> Values(int t) const {
    std::vector<float> values(static_cast<std::size_t>(rows().inputs()));
    DequantizeRow(rows(), t, values);
    return values;
  }

 private:
  QuantizedTestRows memory_;
};

Weight PackStored(DType dtype, int n, int k, Packing packing = Packing::kInt8) {
  ThreadPool pool(1);
  RandomValues random;
  const bool has_blocks = InfoOf(dtype).block_values > 1;
  const auto bytes =
      has_blocks ? RandomStored(dtype, n * k) : *FromFloats(random.Draw(n * k), dtype);
  Result<Weight> weight = Weight::Pack({dtype, {n, k}, bytes}, n, k, pool, packing);
  CHECK(weight.ok());
  return *std::move(weight);
}

// Rotating back adds up R errors of at most half a quant: R of them, or the root of 64.
TEST(QuantizedRows, AreWithinHalfAQuantOfTheValues) {
  constexpr int kInputs = 384;
  RandomValues random;
  const std::vector<float> x = random.Draw(2 * kInputs);
  for (const Int8Rounding& rounding :
       {Int8Rounding(), kRowRounding, kPlain, kRotated8, kRotated4}) {
    SCOPED_TRACE(testing::Message() << "block " << rounding.block << " R " << rounding.rotation);
    const Rows quantized(x, kInputs, rounding);
    for (int t = 0; t < 2; ++t) {
      const std::vector<float> values = quantized.Values(t);
      for (int k = 0; k < kInputs; ++k) {
        const float scale = quantized.rows().Scales(t)[k / rounding.block];
        EXPECT_NEAR(values[static_cast<std::size_t>(k)],
                    x[static_cast<std::size_t>(t * kInputs + k)],
                    0.5001f * scale * static_cast<float>(std::max(8, rounding.rotation % 64)));
      }
      int greatest = 0;
      for (int k = 0; k < std::min(kInputs, rounding.block); ++k) {
        greatest = std::max(greatest, std::abs(quantized.rows().Quants(t)[k]));
      }
      EXPECT_EQ(greatest, 127) << "the whole range is used";
    }
  }
}

// What the rotation is for: an input 100 times as large as the others takes only a part of their
// bits.
TEST(QuantizedRows, RotationKeepsTheNeighborsOfAnOutlier) {
  constexpr int kInputs = 128;
  RandomValues random;
  std::vector<float> x = random.Draw(kInputs);
  x[5] = 100;
  const auto error = [&x](const Int8Rounding& rounding) {
    const std::vector<float> values = Rows(x, kInputs, rounding).Values(0);
    double squares = 0;
    for (std::size_t k = 0; k < kInputs; ++k) {
      if (k != 5) squares += std::pow(values[k] - x[k], 2);
    }
    return std::sqrt(squares);
  };
  EXPECT_LT(error(kRotated8), 0.5 * error({32, 128, 1}));
}

// The sums are those that the correction terms of a product need: of the quants and, through the
// values that they stand for, of the rows themselves.
TEST(QuantizedRows, SumsAreThoseOfTheGroups) {
  constexpr int kInputs = 320;
  RandomValues random;
  const std::vector<float> x = random.Draw(kInputs);
  for (const Int8Rounding& rounding :
       {Int8Rounding(), kRowRounding, kPlain, kRotated8, kRotated4}) {
    const Rows quantized(x, kInputs, rounding);
    const std::vector<float> values = quantized.Values(0);
    for (int first = 0; first < kInputs; first += rounding.group) {
      int sum = 0;
      double value_sum = 0;
      for (int k = first; k < std::min(kInputs, first + rounding.group); ++k) {
        sum += quantized.rows().Quants(0)[k];
        value_sum += values[static_cast<std::size_t>(k)];
      }
      const int g = first / rounding.group;
      const float scale = quantized.rows().Scales(0)[first / rounding.block];
      EXPECT_EQ(quantized.rows().BiasTerms(0)[g], -128 * sum);
      if (rounding.rotates_rows()) continue;
      EXPECT_NEAR(-scale * static_cast<float>(quantized.rows().NegatedValueSums(0)[g]), value_sum,
                  static_cast<float>(rounding.group * 1024) * scale * FLT_EPSILON);
    }
  }
}

TEST(QuantizedRows, RoundTiesToEven) {
  const std::vector<float> x = {127, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, -126.5f, 3};
  const Rows quantized(x, 8, kPlain);
  const std::array<int, 8> expected = {127, 0, 2, 2, 0, -2, -126, 3};
  for (int k = 0; k < 8; ++k) {
    EXPECT_EQ(quantized.rows().Quants(0)[k], expected[static_cast<std::size_t>(k)]);
  }
  EXPECT_EQ(quantized.rows().Scales(0)[0], 1.0f);
  EXPECT_EQ(quantized.rows().BiasTerms(0)[0], -128 * (127 + 2 + 2 - 2 - 126 + 3));
}

// The whole row, padding included; scales that are not finite need only agree in that.
void ExpectSameRow(const QuantizedRows& actual, const QuantizedRows& expected) {
  const auto [group, block, rotation] = expected.rounding();
  const int inputs = expected.inputs();
  for (int k = 0; k < (inputs + 63) / 64 * 64; ++k) {
    ASSERT_EQ(actual.Quants(0)[k], expected.Quants(0)[k]) << k;
  }
  for (int b = 0; b < (inputs + block - 1) / block; ++b) {
    const float scale = expected.Scales(0)[b];
    if (std::isnan(scale)) {
      EXPECT_TRUE(std::isnan(actual.Scales(0)[b]));
    } else {
      EXPECT_EQ(actual.Scales(0)[b], scale);
    }
  }
  for (int g = 0; g < (inputs + group - 1) / group; ++g) {
    EXPECT_EQ(actual.BiasTerms(0)[g], expected.BiasTerms(0)[g]);
    EXPECT_EQ(actual.NegatedValueSums(0)[g], expected.NegatedValueSums(0)[g]);
  }
}

TEST(QuantizedRows, VariantsWriteTheSameBytes) {
  RandomValues random;
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const Int8Rounding& rounding :
       {Int8Rounding(), kRowRounding, kPlain, kRotated8, kRotated4}) {
    for (const int length : {1, 4, 15, 16, 33, 64, 127, 128, 129, 300, 1152}) {
      const int inputs = rounding.rotation == 1    ? length
                         : rounding.rotates_rows() ? 4 * length
                                                   : rounding.group * length;
      for (const float strange : {0.0f, kInfinity, -kInfinity, std::nanf(""), 1e-45f, 1e38f}) {
        std::vector<float> x = random.Draw(inputs);
        if (strange != 0) x[static_cast<std::size_t>(inputs) / 2] = strange;
        if (strange == 1e-45f) std::ranges::fill(x, strange);
        const Rows expected(x, inputs, rounding);
        for (const auto& variant : QuantizeInputsVariants()) {
          if (!Includes(BestIsa(), variant.needs)) continue;
          SCOPED_TRACE(testing::Message() << IsaName(variant.needs) << " K=" << inputs
                                          << " R=" << rounding.rotation << " with " << strange);
          const Rows actual(x, inputs, rounding);
          variant.run({x.data(), 0, 0, inputs}, actual.rows());
          ExpectSameRow(actual.rows(), expected.rows());
        }
      }
    }
  }
}

// The specification itself, against float64 sums of the dequantized values.
TEST(Int8MatMul, ScalarIsTheProductOfTheValues) {
  for (const DTypeInfo& info : DTypes()) {
    constexpr int kOutputs = 20, kInputs = 512;
    SCOPED_TRACE(info.name);
    const Weight w = PackStored(info.dtype, kOutputs, kInputs);
    RandomValues random;
    const Rows x(random.Draw(2 * kInputs), kInputs, RoundingFor(w));
    Guarded<float> y(2, kOutputs);
    const Epilogue epilogue;
    Int8MatMulScalar({x.rows(), w, epilogue, y.view()}, {0, 2, 0, w.panels()});
    std::vector<float> values(kInputs);
    for (int t = 0; t < 2; ++t) {
      const std::vector<float> inputs = x.Values(t);
      for (int n = 0; n < kOutputs; ++n) {
        w.CopyRow(n, values);
        double sum = 0, magnitude = 0;
        for (std::size_t k = 0; k < kInputs; ++k) {
          const double product = static_cast<double>(inputs[k]) * values[k];
          sum += product;
          // A minimum cancels against the quants: both are as large as their group.
          magnitude += std::fabs(product) + std::fabs(inputs[k]) * 4 * 64;
        }
        // Some roundings per group of 16 and per block, each of the sum so far.
        const double tolerance = FLT_EPSILON * magnitude;
        EXPECT_NEAR(y.view().Row(t)[static_cast<std::size_t>(n)], sum, tolerance) << t << " " << n;
      }
    }
  }
}

// Every variant of this CPU.
void CompareWithScalar(const Weight& w, int t) {
  SCOPED_TRACE(testing::Message() << "T=" << t << " N=" << w.outputs() << " K=" << w.inputs());
  RandomValues random;
  const Rows x(random.Draw(t * w.inputs()), w.inputs(), RoundingFor(w));
  const std::vector<float> bias = random.Draw(w.outputs());
  const Epilogue epilogue{.bias = bias};
  const MatMulPart all{0, t, 0, w.panels()};
  Guarded<float> expected(t, w.outputs());
  Int8MatMulScalar({x.rows(), w, epilogue, expected.view()}, all);
  for (const auto& variant : Int8MatMulVariants()) {
    if (!Includes(BestIsa(), variant.needs)) continue;
    Guarded<float> actual(t, w.outputs());
    variant.run({x.rows(), w, epilogue, actual.view()}, all);
    // SSE4 has no fused multiply-add: sums of at most 200 roundings of what is below 2^17.
    const float tolerance = variant.needs == Isa::kSse4 ? 200 * FLT_EPSILON * (1 << 17) : 0.0f;
    for (int row = 0; row < t; ++row) {
      for (std::size_t i = 0; i < static_cast<std::size_t>(w.outputs()); ++i) {
        ASSERT_NEAR(actual.view().Row(row)[i], expected.view().Row(row)[i], tolerance)
            << IsaName(variant.needs) << " " << row << " " << i;
      }
    }
    ASSERT_TRUE(actual.intact());
  }
}

TEST(Int8MatMul, VariantsGiveTheBitsOfScalarForEveryFormat) {
  for (const DTypeInfo& info : DTypes()) {
    SCOPED_TRACE(info.name);
    for (const auto& [t, n, k] : {std::array{1, 100, 512},
                                  {2, 33, 256},
                                  {3, 64, 768},
                                  {4, 48, 256},
                                  {5, 16, 256},
                                  {6, 17, 512},
                                  {13, 50, 256},
                                  {300, 1, 256}}) {
      CompareWithScalar(PackStored(info.dtype, n, k), t);
    }
  }
}

TEST(Int8MatMul, VariantsGiveTheBitsOfScalarForEveryLength) {
  for (const int k : {4, 8, 60, 124, 128, 132, 588, 1100}) {
    for (const Packing packing : {Packing::kInt8, Packing::kInt8Rows}) {
      CompareWithScalar(PackStored(DType::kF32, 35, k, packing), 7);
      CompareWithScalar(PackStored(DType::kF32, 35, k, packing), 1);
      CompareWithScalar(PackStored(DType::kF16, 50, k, packing), 90);
    }
  }
  for (const int k : {32, 96, 160, 576}) {
    CompareWithScalar(PackStored(DType::kQ4_0, 35, k), 7);
    CompareWithScalar(PackStored(DType::kQ8_0, 35, k), 2);
    CompareWithScalar(PackStored(DType::kQ4_1, 35, k), 1);
  }
}

// Some panels into a matrix that has only their outputs, as HiddenRows asks for.
TEST(Int8MatMul, VariantsWriteAPartIntoAWindow) {
  constexpr int kInputs = 256, kOutputs = 70, kFirst = 32, kColumns = kOutputs - kFirst;
  RandomValues random;
  for (const Packing packing : {Packing::kInt8, Packing::kInt8Rows}) {
    const Weight w = PackStored(DType::kF32, kOutputs, kInputs, packing);
    for (const int t : {1, 7, 90}) {
      SCOPED_TRACE(testing::Message() << "T=" << t << " " << static_cast<int>(packing));
      const Rows x(random.Draw(t * kInputs), kInputs, RoundingFor(w));
      const std::vector<float> bias = random.Draw(kOutputs), factors = random.Draw(t * kOutputs);
      const View<const float> factor(factors.data(), t, kOutputs);
      const Epilogue all = {.bias = bias, .factor = factor};
      const Epilogue own = {.bias = std::span(bias).subspan(kFirst),
                            .factor = factor.Cols(kFirst, kColumns)};
      const MatMulPart part = {0, t, kFirst / Weight::kPanelWidth, w.panels()};
      for (const auto& variant : Int8MatMulVariants()) {
        if (!Includes(BestIsa(), variant.needs)) continue;
        Guarded<float> expected(t, kOutputs), actual(t, kColumns);
        variant.run({x.rows(), w, all, expected.view()}, {0, t, 0, w.panels()});
        variant.run({x.rows(), w, own, actual.view(), kFirst}, part);
        for (int row = 0; row < t; ++row) {
          for (std::size_t i = 0; i < kColumns; ++i) {
            ASSERT_EQ(actual.view().Row(row)[i], expected.view().Row(row)[kFirst + i])
                << IsaName(variant.needs) << " " << row << " " << i;
          }
        }
        ASSERT_TRUE(actual.intact());
      }
    }
  }
}

// The greatest quants of x and w: no sum of products overflows.
TEST(Int8MatMul, ExtremesDoNotOverflow) {
  constexpr int kInputs = 256, kOutputs = 16;
  constexpr int kRows = 3;
  std::vector<float> x(kRows * kInputs, 1.0f);
  for (int k = 0; k < kInputs; ++k) x[static_cast<std::size_t>(kInputs + k)] = k % 2 == 0 ? -1 : 1;
  std::fill(x.begin() + 2 * kInputs, x.end(), -1.0f);
  ThreadPool pool(1);
  for (const DTypeInfo& info : DTypes()) {
    if (info.block_values == 1) continue;
    for (const int fill : {0x00, 0x7f, 0x80, 0xff}) {
      SCOPED_TRACE(testing::Message() << info.name << " " << fill);
      auto bytes = RandomStored(info.dtype, kOutputs * kInputs);
      const auto block_bytes = static_cast<std::size_t>(info.block_bytes);
      for (std::size_t i = 0; i < bytes.size(); ++i) {
        const std::size_t at = i % block_bytes;
        if (at >= 4 && at + 4 < block_bytes) bytes[i] = static_cast<std::byte>(fill);
      }
      const Weight w =
          *Weight::Pack({info.dtype, {kOutputs, kInputs}, bytes}, kOutputs, kInputs, pool);
      const Rows rows(x, kInputs, RoundingFor(w));
      Guarded<float> expected(kRows, kOutputs), actual(kRows, kOutputs);
      const Epilogue epilogue;
      Int8MatMulScalar({rows.rows(), w, epilogue, expected.view()}, {0, kRows, 0, 1});
      for (const auto& variant : Int8MatMulVariants()) {
        if (!Includes(BestIsa(), variant.needs) || variant.needs == Isa::kSse4) continue;
        variant.run({rows.rows(), w, epilogue, actual.view()}, {0, kRows, 0, 1});
        for (int t = 0; t < kRows; ++t) {
          for (std::size_t n = 0; n < kOutputs; ++n) {
            ASSERT_EQ(actual.view().Row(t)[n], expected.view().Row(t)[n])
                << IsaName(variant.needs) << " " << t << " " << n;
          }
        }
      }
    }
  }
}

// Prefill, decoding and drafts generate the same tokens because rows have the same bits.
TEST(Int8MatMul, RowsDependNeitherOnOtherRowsNorOnThreads) {
  constexpr int kRows = 300, kInputs = 512, kOutputs = 180;
  const Weight w = PackStored(DType::kQ4_K, kOutputs, kInputs);
  RandomValues random;
  const std::vector<float> x = random.Draw(kRows * kInputs);
  const Rows rows(x, kInputs, RoundingFor(w));
  ThreadPool alone(1), several(3);
  Guarded<float> expected(kRows, kOutputs), threaded(kRows, kOutputs), single(1, kOutputs);
  MatMul(rows.rows(), w, {}, expected.view(), alone);
  MatMul(rows.rows(), w, {}, threaded.view(), several);
  for (int row = 0; row < kRows; ++row) {
    const Rows own({x.begin() + row * kInputs, x.begin() + (row + 1) * kInputs}, kInputs,
                   RoundingFor(w));
    MatMul(own.rows(), w, {}, single.view(), several);
    for (std::size_t i = 0; i < kOutputs; ++i) {
      ASSERT_EQ(threaded.view().Row(row)[i], expected.view().Row(row)[i]) << row << " " << i;
      ASSERT_EQ(single.view().Row(0)[i], expected.view().Row(row)[i]) << row << " " << i;
    }
  }
}

}  // namespace
}  // namespace edgevlm
