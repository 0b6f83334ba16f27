#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace edgevlm {

void CheckFailed(const char* file, int line, const char* condition) {
  std::fprintf(stderr, "edgevlm: bug: %s:%d: CHECK(%s) failed\n", file, line, condition);
  std::abort();
}

}  // namespace edgevlm
