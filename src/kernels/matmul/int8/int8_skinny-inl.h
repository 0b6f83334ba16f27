// Int8 GEMV (one row) and skinny GEMM (a few rows). For Highway sources.
#if defined(EDGEVLM_KERNELS_MATMUL_INT8_SKINNY_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EDGEVLM_KERNELS_MATMUL_INT8_SKINNY_INL_H_
#undef EDGEVLM_KERNELS_MATMUL_INT8_SKINNY_INL_H_
#else
#define EDGEVLM_KERNELS_MATMUL_INT8_SKINNY_INL_H_
#endif

#include "kernels/matmul/int8/int8_matmul.h"
#include "kernels/matmul/int8/int8_tile-inl.h"

#if HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
namespace edgevlm {
namespace HWY_NAMESPACE {

// The most rows of a skinny product: up to here it is faster to unpack the quants in registers for
// each tile of rows than to unpack them once into memory.
constexpr int kMaxSkinnyRows = HWY_TARGET == HWY_NEON ? 4 : kHas16Registers ? 24 : 48;

// Multiplies the part's rows, at most kMaxSkinnyRows. Reads the weight strictly forward, so that
// the product is bound by memory bandwidth alone.
void Int8SkinnyMatMul(const Int8MatMulCall& call, const MatMulPart& part);

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
#endif

#endif
