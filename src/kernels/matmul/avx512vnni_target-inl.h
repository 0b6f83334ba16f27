// What Highway 1.0.3 leaves out of its target AVX3_DL: VNNI's 512-bit form, after which that is
// named. For Highway sources that want the target; no guard, since it counts for each target anew.
#define EDGEVLM_TARGET_STR_AVX512VNNI                                             \
  HWY_TARGET_STR_AVX3                                                             \
  ",vpclmulqdq,avx512vbmi,avx512vbmi2,vaes,avxvnni,avx512bitalg,avx512vpopcntdq," \
  "avx512vnni"

#if HWY_TARGET == HWY_AVX3_DL
#undef HWY_TARGET_STR
#define HWY_TARGET_STR EDGEVLM_TARGET_STR_AVX512VNNI
#endif
