#include "kernels/matmul/pair_matmul.h"

#include "kernels/matmul/every_output.h"
#include "kernels/matmul/split.h"
#include "tensor/half.h"

namespace edgevlm {
namespace {

// sum_k x[k] * w[output, k]
float Sum(const PairRows& x, int row, const Weight& w, int output) {
  const std::uint32_t* pairs = x.Pairs(row);
  float sum = 0.0f;
  for (int k = 0; k < w.inputs(); ++k) {
    const std::uint32_t pair = pairs[k / 2];
    float weight = 0.0f;
    w.CopyRow(output, std::span(&weight, 1), k);
    sum += BFloat16ToFloat(static_cast<std::uint16_t>(k % 2 == 0 ? pair : pair >> 16)) * weight;
  }
  return sum;
}

}  // namespace

void PairMatMulScalar(const PairMatMulCall& call, const MatMulPart& part) {
  EveryOutput(call, part, [&](int t, int n) { return Sum(call.x, t, call.w, n); });
}

const VariantList<PairMatMulFunction>& PairMatMulVariants() {
  static const VariantList<PairMatMulFunction> kVariants(PairMatMulHighway(), PairMatMulScalar);
  return kVariants;
}

void MatMul(const PairRows& x, const Weight& w, const Epilogue& epilogue, View<float> y,
            ThreadPool& pool) {
  static const PairMatMulFunction kFunction = PairMatMulVariants().Chosen();
  CHECK(w.type() == WeightType::kPairs && x.inputs() == w.inputs() && x.rows() == y.rows);
  CheckEpilogue(w, epilogue, y);
  const PairMatMulCall call{x, w, epilogue, y};
  SplitMatMul(w, y.rows, pool, [&call](const MatMulPart& part) { kFunction(call, part); });
}

}  // namespace edgevlm
