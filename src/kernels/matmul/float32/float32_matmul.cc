#include "kernels/matmul/float32/float32_matmul.h"

#include "kernels/matmul/split.h"

namespace edgevlm {
namespace {

// Of the widest tile of several rows, in most variants.
constexpr int kTilePanels = 4;

}  // namespace

const VariantList<Float32MatMulFunction>& Float32MatMulVariants() {
  static const VariantList<Float32MatMulFunction> kVariants(Float32MatMulHighway(),
                                                            Float32MatMulScalar);
  return kVariants;
}

void MatMul(View<const float> x, const Weight& w, const Epilogue& epilogue, View<float> y,
            ThreadPool& pool) {
  static const Float32MatMulFunction kFunction = Float32MatMulVariants().Chosen();
  CHECK(x.cols == w.inputs() && x.rows == y.rows);
  // These types are multiplied with int8 and bfloat16 activations only.
  CHECK(w.type() != WeightType::kInt8 && w.type() != WeightType::kBf16Pairs);
  CheckEpilogue(w, epilogue, y);
  const Float32MatMulCall call{x, w, epilogue, y};
  SplitMatMul(
      w, y.rows, pool, [&call](const MatMulPart& part) { kFunction(call, part); }, kTilePanels);
}

}  // namespace edgevlm
