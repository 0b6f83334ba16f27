#include "kernels/softmax/softmax.h"

namespace edgevlm {

const VariantList<SoftmaxRow>& SoftmaxVariants() {
  static const VariantList<SoftmaxRow> kVariants(SoftmaxHighway(), SoftmaxRowScalar);
  return kVariants;
}

void Softmax(std::span<const float> x, std::span<float> y) {
  CHECK(x.size() == y.size());
  static const SoftmaxRow kRow = SoftmaxVariants().Chosen();
  kRow(x.data(), y.data(), static_cast<int>(x.size()));
}

const VariantList<LogSumExpFunction>& LogSumExpVariants() {
  static const VariantList<LogSumExpFunction> kVariants(LogSumExpHighway(), LogSumExpScalar);
  return kVariants;
}

LogSumExp ComputeLogSumExp(std::span<const float> x) {
  CHECK(!x.empty());
  static const LogSumExpFunction kFunction = LogSumExpVariants().Chosen();
  return kFunction(x.data(), static_cast<int>(x.size()));
}

}  // namespace edgevlm
