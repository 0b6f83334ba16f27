#include "model/activation_stats.h"

#include "base/check.h"

namespace edgevlm {

void ActivationStats::Add(const std::string& tensor, View<const float> x) {
  const std::lock_guard lock(mutex_);
  Sums& sums = sums_[tensor];
  const auto inputs = static_cast<std::size_t>(x.cols);
  if (sums.squares.empty()) sums.squares.resize(inputs);
  CHECK(sums.squares.size() == inputs);
  for (int t = 0; t < x.rows; ++t) {
    const float* row = x.Row(t).data();
    for (std::size_t i = 0; i < inputs; ++i) sums.squares[i] += double{row[i]} * double{row[i]};
  }
  sums.rows += x.rows;
}

ImportanceMatrix ActivationStats::Matrix() const {
  const std::lock_guard lock(mutex_);
  ImportanceMatrix matrix;
  for (const auto& [tensor, sums] : sums_) {
    matrix.entries[tensor] = {.sums = {sums.squares.begin(), sums.squares.end()},
                              .counts = {static_cast<float>(sums.rows)}};
  }
  return matrix;
}

}  // namespace edgevlm
