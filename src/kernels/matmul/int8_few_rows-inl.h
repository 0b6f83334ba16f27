// Int8 products of few rows. For Highway sources.
#if defined(EDGEVLM_KERNELS_MATMUL_INT8_FEW_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EDGEVLM_KERNELS_MATMUL_INT8_FEW_ROWS_INL_H_
#undef EDGEVLM_KERNELS_MATMUL_INT8_FEW_ROWS_INL_H_
#else
#define EDGEVLM_KERNELS_MATMUL_INT8_FEW_ROWS_INL_H_
#endif

#include "kernels/matmul/int8_matmul.h"
#include "kernels/matmul/int8_tile-inl.h"

#if HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
namespace edgevlm {
namespace HWY_NAMESPACE {

// Up to so many rows it is faster to take the codes out of their slabs for each tile of rows than
// to unpack them into memory.
constexpr int kMostFewRows = HWY_TARGET == HWY_NEON ? 4 : kHas16Registers ? 24 : 48;

// The part's rows, at most kMostFewRows of them: reads the weight strictly forward, so that one row
// or several wait for memory alone.
void Int8MatMulFewRows(const Int8MatMulCall& call, const MatMulPart& part);

}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
#endif

#endif
