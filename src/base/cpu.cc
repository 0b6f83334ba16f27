#include "base/cpu.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include <array>
#include <cstdlib>
#include <string>

namespace edgevlm {
namespace {

constexpr std::array kNames = {std::string_view("scalar"),     std::string_view("sse4"),
                               std::string_view("avx2"),       std::string_view("avx512"),
                               std::string_view("avx512vnni"), std::string_view("neon")};

#if defined(__x86_64__)
// What AVX2 code uses besides, and clang 14's __builtin_cpu_supports does not know: conversions of
// float16 and the count of leading zeros.
bool HasF16cAndLzcnt() {
  unsigned a = 0, b = 0, basic = 0, extended = 0, d = 0;
  return __get_cpuid(1, &a, &b, &basic, &d) && (basic & bit_F16C) != 0 &&
         __get_cpuid(0x80000001, &a, &b, &extended, &d) && (extended & bit_LZCNT) != 0;
}

// What comes with kAvx512Vnni, in the third register of leaf 7: VBMI, VBMI2, GFNI, VAES,
// VPCLMULQDQ, VNNI, BITALG and VPOPCNTDQ.
bool HasVnniAndCompany() {
  constexpr unsigned kNeeded =
      1u << 1 | 1u << 6 | 1u << 8 | 1u << 9 | 1u << 10 | 1u << 11 | 1u << 12 | 1u << 14;
  unsigned a = 0, b = 0, features = 0, d = 0;
  return __get_cpuid_count(7, 0, &a, &b, &features, &d) && (features & kNeeded) == kNeeded;
}
#endif

Isa DetectIsa() {
#if defined(__x86_64__)
  const bool sse4 = __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("aes") &&
                    __builtin_cpu_supports("pclmul");
  const bool avx2 = sse4 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                    __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
                    HasF16cAndLzcnt();
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  if (avx512) return HasVnniAndCompany() ? Isa::kAvx512Vnni : Isa::kAvx512;
  if (avx2) return Isa::kAvx2;
  return sse4 ? Isa::kSse4 : Isa::kScalar;
#elif defined(__aarch64__)
  return Isa::kNeon;
#else
  return Isa::kScalar;
#endif
}

Result<Isa> IsaFromEnvironment() {
  const char* name = std::getenv("EDGEVLM_ISA");
  return ParseIsa(name == nullptr ? "" : name);
}

}  // namespace

std::string_view IsaName(Isa isa) { return kNames[static_cast<std::size_t>(isa)]; }

bool Includes(Isa isa, Isa needed) {
  if (isa == needed || needed == Isa::kScalar) return true;
  return isa != Isa::kNeon && needed != Isa::kNeon && needed < isa;
}

Isa BestIsa() {
  static const Isa kBest = DetectIsa();
  return kBest;
}

Result<Isa> ParseIsa(std::string_view name) {
  if (name.empty()) return BestIsa();
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] != name) continue;
    const Isa isa = static_cast<Isa>(i);
    if (Includes(BestIsa(), isa)) return isa;
    return Error{ErrorCode::kUnsupported, "cpu: EDGEVLM_ISA: expected at most '" +
                                              std::string(IsaName(BestIsa())) +
                                              "' on this CPU, found '" + std::string(name) + "'"};
  }
  return Error{
      ErrorCode::kInvalid,
      "cpu: EDGEVLM_ISA: expected scalar, sse4, avx2, avx512, avx512vnni or neon, found '" +
          std::string(name) + "'"};
}

const Result<Isa>& ChooseIsa() {
  static const Result<Isa> kChosen = IsaFromEnvironment();
  return kChosen;
}

}  // namespace edgevlm
