#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/matmul/int8/quantized_rows.h"

namespace edgevlm {

void QuantizeRowScalar(const float* x, const QuantizedRows& rows, int row) {
  const int inputs = rows.inputs();
  std::int8_t* quants = rows.Quants(row);
  std::fill_n(quants, (inputs + 63) / 64 * 64, std::int8_t{0});
  for (int first = 0; first < inputs; first += kInt8BlockInputs) {
    const int count = std::min(kInt8BlockInputs, inputs - first);
    float greatest = 0.0f;
    bool finite = true;
    for (int i = first; i < first + count; ++i) {
      greatest = std::max(greatest, std::fabs(x[i]));
      finite = finite && std::isfinite(x[i]);
    }
    const float inverse = 127.0f / greatest;
    rows.Scales(row)[first / kInt8BlockInputs] =
        finite ? greatest / 127.0f : std::numeric_limits<float>::quiet_NaN();
    // Values that are not finite, or so small that 127 / greatest overflows, get quants of 0.
    if (!finite || !std::isfinite(inverse)) continue;
    for (int i = first; i < first + count; ++i) {
      quants[i] = static_cast<std::int8_t>(std::nearbyint(x[i] * inverse));
    }
  }
  for (const int group : {16, 32, 128}) {
    for (int first = 0; first < inputs; first += group) {
      int sum = 0;
      for (int i = first; i < std::min(inputs, first + group); ++i) sum -= quants[i];
      rows.NegatedSums(row, group)[first / group] = sum;
    }
  }
}

}  // namespace edgevlm
