#include <cmath>

#include "kernels/gate/gate.h"

namespace edgevlm {

void GateRowScalar(const float* gate, const float* up, float* y, int n) {
  for (int i = 0; i < n; ++i) y[i] = gate[i] / (1.0f + std::exp(-gate[i])) * up[i];
}

}  // namespace edgevlm
