#include "kernels/matmul/bf16/bf16_matmul.h"

#include "kernels/matmul/split.h"

namespace edgevlm {

const VariantList<Bf16MatMulFunction>& Bf16MatMulVariants() {
  static const VariantList<Bf16MatMulFunction> kVariants(Bf16MatMulHighway(), Bf16MatMulScalar);
  return kVariants;
}

void MatMul(const Bf16Rows& x, const Weight& w, const Epilogue& epilogue, View<float> y,
            ThreadPool& pool) {
  static const Bf16MatMulFunction kFunction = Bf16MatMulVariants().Chosen();
  CHECK(w.type() == WeightType::kBf16Pairs && x.inputs() == w.inputs() && x.rows() == y.rows);
  CheckEpilogue(w, epilogue, y);
  const Bf16MatMulCall call{x, w, epilogue, y};
  SplitMatMul(w, y.rows, pool, [&call](const MatMulPart& part) { kFunction(call, part); });
}

}  // namespace edgevlm
