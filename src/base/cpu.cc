#include "base/cpu.h"

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__)
#include <sys/auxv.h>
#endif

#include <array>
#include <cstdlib>
#include <string>

#include "base/check.h"

namespace edgevlm {
namespace {

constexpr std::array kNames = {std::string_view("scalar"),     std::string_view("sse4"),
                               std::string_view("avx2"),       std::string_view("avx512"),
                               std::string_view("avx512vnni"), std::string_view("neon"),
                               std::string_view("dotprod"),    std::string_view("i8mm")};

struct FeatureRecord {
  std::string_view name;
  Isa isa;
};
constexpr std::array kFeatureRecords = {FeatureRecord{"avxvnni", Isa::kAvx2},
                                        FeatureRecord{"avx512bf16", Isa::kAvx512},
                                        FeatureRecord{"neonbf16", Isa::kI8mm}};
static_assert(kFeatureRecords.size() == std::size(kFeatures));

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

// Whether the operating system saves the registers that a feature uses follows from its Isa.
bool CpuHas(Feature feature) {
  constexpr unsigned kAvxVnniBit = 1u << 4, kAvx512Bf16Bit = 1u << 5;
  unsigned features = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid_count(7, 1, &features, &b, &c, &d)) return false;
  if (feature == Feature::kAvxVnni) return (features & kAvxVnniBit) != 0;
  return feature == Feature::kAvx512Bf16 && (features & kAvx512Bf16Bit) != 0;
}
#elif defined(__aarch64__)
bool CpuHas(Feature feature) {
  return feature == Feature::kNeonBf16 && (getauxval(AT_HWCAP2) & HWCAP2_BF16) != 0;
}
#else
bool CpuHas(Feature) { return false; }
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
  const bool dotprod = (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0;
  const bool i8mm = dotprod && (getauxval(AT_HWCAP2) & HWCAP2_I8MM) != 0;
  if (i8mm) return Isa::kI8mm;
  return dotprod ? Isa::kDotprod : Isa::kNeon;
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
  const bool arm = isa >= Isa::kNeon, arm_needed = needed >= Isa::kNeon;
  return arm == arm_needed && needed < isa;
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
  return Error{ErrorCode::kInvalid,
               "cpu: EDGEVLM_ISA: expected scalar, sse4, avx2, avx512, avx512vnni, neon, dotprod "
               "or i8mm, found '" +
                   std::string(name) + "'"};
}

const Result<Isa>& ChooseIsa() {
  static const Result<Isa> kChosen = IsaFromEnvironment();
  return kChosen;
}

std::string_view FeatureName(Feature feature) {
  return kFeatureRecords[static_cast<std::size_t>(feature)].name;
}

Isa IsaOf(Feature feature) { return kFeatureRecords[static_cast<std::size_t>(feature)].isa; }

bool HasFeature(Feature feature) {
  const Result<Isa>& isa = ChooseIsa();
  CHECK(isa.ok());
  return Includes(*isa, IsaOf(feature)) && CpuHas(feature);
}

}  // namespace edgevlm
