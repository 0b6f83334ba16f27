#include "kernels/half/half.h"

namespace edgevlm {

const VariantList<FloatToHalfRow>& FloatToHalfVariants() {
  static const VariantList<FloatToHalfRow> kVariants(FloatToHalfHighway(), FloatToHalfRowScalar);
  return kVariants;
}

const VariantList<HalfToFloatRow>& HalfToFloatVariants() {
  static const VariantList<HalfToFloatRow> kVariants(HalfToFloatHighway(), HalfToFloatRowScalar);
  return kVariants;
}

void FloatToHalf(std::span<const float> x, std::span<std::uint16_t> y) {
  CHECK(x.size() == y.size());
  static const FloatToHalfRow kRow = FloatToHalfVariants().Chosen();
  kRow(x.data(), y.data(), static_cast<int>(x.size()));
}

void HalfToFloat(std::span<const std::uint16_t> x, std::span<float> y) {
  CHECK(x.size() == y.size());
  static const HalfToFloatRow kRow = HalfToFloatVariants().Chosen();
  kRow(x.data(), y.data(), static_cast<int>(x.size()));
}

}  // namespace edgevlm
