#include "kernels/resample/resample.h"

#include "base/check.h"

namespace edgevlm {

const VariantList<ResampleRowsFunction>& ResampleRowsVariants() {
  static const VariantList<ResampleRowsFunction> kVariants(ResampleRowsHighway(),
                                                           ResampleRowsScalar);
  return kVariants;
}

const VariantList<ResampleColumnsFunction>& ResampleColumnsVariants() {
  static const VariantList<ResampleColumnsFunction> kVariants(ResampleColumnsHighway(),
                                                              ResampleColumnsScalar);
  return kVariants;
}

void ResampleRows(View<const std::uint8_t> in, const ResampleAxis& axis, View<std::uint8_t> out) {
  CHECK(in.rows == out.rows && in.cols == axis.in * 3 && out.cols == axis.out * 3);
  static const ResampleRowsFunction kRun = ResampleRowsVariants().Chosen();
  kRun(in, axis, out);
}

void ResampleColumns(View<const std::uint8_t> in, const ResampleAxis& axis, int begin,
                     View<std::uint8_t> out) {
  CHECK(in.rows == axis.in && in.cols == out.cols && begin >= 0 && begin + out.rows <= axis.out);
  static const ResampleColumnsFunction kRun = ResampleColumnsVariants().Chosen();
  kRun(in, axis, begin, out);
}

}  // namespace edgevlm
