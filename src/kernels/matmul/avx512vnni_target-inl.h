// Adds to Highway 1.0.3's target AVX3_DL what it leaves out: the 512-bit form of VNNI, after which
// it is named. For Highway sources that use the target; no include guard, because it applies to
// each target.
#define EDGEVLM_TARGET_STR_AVX512VNNI                                             \
  HWY_TARGET_STR_AVX3                                                             \
  ",vpclmulqdq,avx512vbmi,avx512vbmi2,vaes,avxvnni,avx512bitalg,avx512vpopcntdq," \
  "avx512vnni"

#if HWY_TARGET == HWY_AVX3_DL
#undef HWY_TARGET_STR
#define HWY_TARGET_STR EDGEVLM_TARGET_STR_AVX512VNNI
#endif
