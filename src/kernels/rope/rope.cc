#include "kernels/rope/rope.h"

#include <cmath>

#include "kernels/row_chunks.h"

namespace edgevlm {

const VariantList<RopeRow>& RopeVariants() {
  static const VariantList<RopeRow> kVariants(RopeHighway(), RopeRowScalar);
  return kVariants;
}

std::vector<double> RopeFrequencies(const RopeAngles& angles) {
  CHECK(angles.rotated >= 0 && angles.rotated % 2 == 0);
  std::vector<double> frequencies(static_cast<std::size_t>(angles.rotated / 2));
  CHECK(angles.factors.empty() || angles.factors.size() == frequencies.size());
  for (std::size_t i = 0; i < frequencies.size(); ++i) {
    const double exponent = -2.0 * static_cast<double>(i) / angles.rotated;
    frequencies[i] = angles.scale * std::pow(angles.base, exponent);
    if (!angles.factors.empty()) frequencies[i] /= static_cast<double>(angles.factors[i]);
  }
  return frequencies;
}

namespace {

// position(t, i): of row t, for pair i.
template <class Position>
void FillTable(std::span<const double> frequencies, RopePairs pairs, View<float> table,
               const Position& position) {
  const std::size_t half = frequencies.size(), rotated = 2 * half;
  CHECK(static_cast<std::size_t>(table.cols) == 2 * rotated);
  for (int t = 0; t < table.rows; ++t) {
    const std::span<float> cosine = table.Row(t).first(rotated);
    const std::span<float> sine = table.Row(t).subspan(rotated);
    for (std::size_t i = 0; i < half; ++i) {
      const double angle = static_cast<double>(position(t, i)) * frequencies[i];
      const std::size_t first = pairs == RopePairs::kHalves ? i : 2 * i;
      const std::size_t second = pairs == RopePairs::kHalves ? i + half : 2 * i + 1;
      cosine[first] = cosine[second] = static_cast<float>(std::cos(angle));
      sine[second] = static_cast<float>(std::sin(angle));
      sine[first] = -sine[second];
    }
  }
}

}  // namespace

void FillRopeTable(std::span<const double> frequencies, RopePairs pairs, int first_position,
                   View<float> table) {
  FillTable(frequencies, pairs, table, [&](int t, std::size_t) { return first_position + t; });
}

void FillRopeTable(std::span<const double> frequencies, RopePairs pairs, std::span<const int> axes,
                   View<const int> positions, View<float> table) {
  CHECK(axes.size() == frequencies.size() && positions.rows == table.rows);
  FillTable(frequencies, pairs, table, [&](int t, std::size_t i) {
    return positions.Row(t)[static_cast<std::size_t>(axes[i])];
  });
}

void Rope(View<float> x, int head_width, RopePairs pairs, View<const float> table,
          ThreadPool& pool) {
  CHECK(head_width >= 1 && x.cols % head_width == 0 && x.rows == table.rows);
  CHECK(table.cols % 4 == 0 && table.cols / 2 <= head_width);
  static const RopeRow kRow = RopeVariants().Chosen();
  const RopeRowShape shape = {.heads = x.cols / head_width,
                              .head_width = head_width,
                              .rotated = table.cols / 2,
                              .pairs = pairs};
  ForRows(x.rows, x.cols, pool, [&](int t) { kRow(x.Row(t).data(), table.Row(t).data(), shape); });
}

}  // namespace edgevlm
