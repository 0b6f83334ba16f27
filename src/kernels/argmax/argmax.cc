#include "kernels/argmax/argmax.h"

namespace edgevlm {

const VariantList<ArgMaxFunction>& ArgMaxVariants() {
  static const VariantList<ArgMaxFunction> kVariants(ArgMaxHighway(), ArgMaxScalar);
  return kVariants;
}

int ArgMax(std::span<const float> x) {
  CHECK(!x.empty());
  static const ArgMaxFunction kFunction = ArgMaxVariants().Chosen();
  return kFunction(x.data(), static_cast<int>(x.size()));
}

}  // namespace edgevlm
