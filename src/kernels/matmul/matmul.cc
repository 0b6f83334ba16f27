#include "kernels/matmul/matmul.h"

#include "kernels/matmul/split.h"

namespace edgevlm {

const VariantList<MatMulFunction>& MatMulVariants() {
  static const VariantList<MatMulFunction> kVariants(MatMulHighway(), MatMulScalar);
  return kVariants;
}

void MatMul(View<const float> x, const Weight& w, const Epilogue& epilogue, View<float> y,
            ThreadPool& pool) {
  static const MatMulFunction kFunction = MatMulVariants().Chosen();
  CHECK(x.cols == w.inputs() && x.rows == y.rows);
  // Loaded for activations of their own kind alone.
  CHECK(w.type() != WeightType::kInt8 && w.type() != WeightType::kPairs);
  CheckEpilogue(w, epilogue, y);
  const MatMulCall call{x, w, epilogue, y};
  SplitMatMul(w, y.rows, pool, [&call](const MatMulPart& part) { kFunction(call, part); });
}

}  // namespace edgevlm
