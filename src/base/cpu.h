// Instruction sets: what this CPU has, and which one EdgeVLM uses.
#pragma once

#include <string_view>

#include "base/result.h"

namespace edgevlm {

// Sets of vector instructions that kernels are written for. Each includes those before it of the
// same kind of processor, x86-64 or Arm.
enum class Isa {
  kScalar,  // plain C++, any CPU
  kSse4,    // SSE4.2 with AES and PCLMUL, 128 bits
  kAvx2,    // AVX2 with FMA, BMI2 and F16C, 256 bits
  kAvx512,  // AVX-512 F, BW, CD, DQ and VL, 512 bits
  // With VNNI (dot products of bytes) and what Ice Lake and Zen 4 have besides: VBMI, VBMI2,
  // BITALG, VPOPCNTDQ, GFNI, VAES and VPCLMULQDQ.
  kAvx512Vnni,
  kNeon,     // Arm Advanced SIMD, 128 bits
  kDotprod,  // with dot products of int8 (Armv8.2: Cortex-A76, Raspberry Pi 5)
  kI8mm,     // with matrix products of int8 (Armv8.6: Neoverse V1, Apple M2)
};

// "scalar", "sse4", "avx2", "avx512", "avx512vnni", "neon", "dotprod", "i8mm".
std::string_view IsaName(Isa isa);

// Whether code written for `needed` may run where `isa` is the one in use.
bool Includes(Isa isa, Isa needed);

// The widest one that this CPU and its operating system have.
Isa BestIsa();

// What `name` asks for; an empty name asks for BestIsa().
// Errors: kInvalid when the name is unknown, kUnsupported when this CPU lacks it.
Result<Isa> ParseIsa(std::string_view name);

// The one in use: ParseIsa of the environment variable EDGEVLM_ISA, read on the first call and
// kept. A program calls it at start to report the error; kernels CHECK that it succeeds. Threads:
// any.
const Result<Isa>& ChooseIsa();

// What some CPUs of a set have besides.
enum class Feature {
  kAvxVnni,     // dot products of int8, 256 bits; with kAvx2
  kAvx512Bf16,  // dot products of bfloat16; with kAvx512
  kNeonBf16,    // matrix products of bfloat16; with kI8mm
};

inline constexpr Feature kFeatures[] = {Feature::kAvxVnni, Feature::kAvx512Bf16,
                                        Feature::kNeonBf16};

// "avxvnni", "avx512bf16", "neonbf16".
std::string_view FeatureName(Feature feature);

// The set that a feature comes with.
Isa IsaOf(Feature feature);

// Whether this CPU has it and the set in use includes the one that it comes with. Threads: any.
// REQUIRES: ChooseIsa() succeeds.
bool HasFeature(Feature feature);

}  // namespace edgevlm
