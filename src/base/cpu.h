// Instruction sets: what this CPU has, and which one EdgeVLM uses.
#pragma once

#include <string_view>

#include "base/result.h"

namespace edgevlm {

// Sets of vector instructions that kernels are written for. On x86-64 each includes those before
// it.
enum class Isa {
  kScalar,  // plain C++, any CPU
  kSse4,    // SSE4.2 with AES and PCLMUL, 128 bits
  kAvx2,    // AVX2 with FMA, BMI2 and F16C, 256 bits
  kAvx512,  // AVX-512 F, BW, CD, DQ and VL, 512 bits
  // With VNNI (dot products of bytes) and what Ice Lake and Zen 4 have besides: VBMI, VBMI2,
  // BITALG, VPOPCNTDQ, GFNI, VAES and VPCLMULQDQ.
  kAvx512Vnni,
  kNeon,  // Arm Advanced SIMD, 128 bits
};

// "scalar", "sse4", "avx2", "avx512", "avx512vnni", "neon".
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

}  // namespace edgevlm
