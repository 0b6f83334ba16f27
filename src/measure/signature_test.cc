#include "measure/signature.h"

#include <gtest/gtest.h>

namespace edgevlm {
namespace {

// Changes only with the computation: a change of the kernels or the decoder that should not change
// results leaves it as it is.
TEST(Signature, IsTheSameOnEveryMachine) { EXPECT_EQ(ComputeSignature().text, "1c33263ce8d25cbe"); }

// Rounding moves a logit of the float32 pass by 1e-5, and one of the int8 pass, where an activation
// may round to the next quantized value on another machine, by a few percent of a deviation of 1.
TEST(Signature, TokensAreFarAheadOfTheNext) { EXPECT_GE(ComputeSignature().margin, 0.1f); }

}  // namespace
}  // namespace edgevlm
