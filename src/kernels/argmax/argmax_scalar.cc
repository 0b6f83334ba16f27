#include "kernels/argmax/argmax.h"

namespace edgevlm {

int ArgMaxScalar(const float* x, int n) {
  int best = 0;
  for (int i = 1; i < n; ++i) {
    if (x[i] > x[best]) best = i;
  }
  return best;
}

}  // namespace edgevlm
