#include "train/loop/process.h"

#include <unistd.h>

#include <cstdlib>
#include <string>

namespace edgevlm::train {
namespace {

constexpr const char* kPrepared = "EDGEVLM_TRAIN_PREPARED";

void SetUnlessSet(const char* name, const char* value) { setenv(name, value, 0); }

const char* OpenBlasCore() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512vl")) return "SkylakeX";
  if (__builtin_cpu_supports("avx2")) return "Haswell";
#endif
  return nullptr;
}

}  // namespace

void PrepareProcess(char** argv, int threads) {
  if (std::getenv(kPrepared) != nullptr) return;
  setenv(kPrepared, "1", 1);
  const std::string count = std::to_string(threads);
  SetUnlessSet("OMP_NUM_THREADS", count.c_str());
  SetUnlessSet("OPENBLAS_NUM_THREADS", count.c_str());
  if (const char* core = OpenBlasCore()) SetUnlessSet("OPENBLAS_CORETYPE", core);
  SetUnlessSet("MALLOC_MMAP_THRESHOLD_", "4294967296");
  SetUnlessSet("MALLOC_TRIM_THRESHOLD_", "8589934592");
  execv("/proc/self/exe", argv);  // if this fails, training is only slower
}

}  // namespace edgevlm::train
