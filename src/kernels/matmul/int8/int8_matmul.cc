#include "kernels/matmul/int8/int8_matmul.h"

#include "kernels/matmul/split.h"

namespace edgevlm {
namespace {

HighwayVariants<Int8MatMulFunction> VectorVariants() {
  HighwayVariants<Int8MatMulFunction> variants = Int8MatMulHighway();
#if defined(__aarch64__)
  variants.dotprod = Int8MatMulDotprod;
  variants.i8mm = Int8MatMulI8mm;
#endif
  return variants;
}

}  // namespace

const VariantList<Int8MatMulFunction>& Int8MatMulVariants() {
  static const VariantList<Int8MatMulFunction> kVariants(VectorVariants(), Int8MatMulScalar);
  return kVariants;
}

void MatMul(const QuantizedRows& x, const Weight& w, const Epilogue& epilogue, View<float> y,
            ThreadPool& pool) {
  static const Int8MatMulFunction kFunction = Int8MatMulVariants().Chosen();
  CHECK(w.is_quantized() && x.inputs() == w.inputs() && x.rows() == y.rows);
  CHECK(x.rounding() == RoundingFor(w));
  CheckEpilogue(w, epilogue, y);
  const Int8MatMulCall call{x, w, epilogue, y};
  SplitMatMul(w, y.rows, pool, [&call](const MatMulPart& part) { kFunction(call, part); });
}

}  // namespace edgevlm
