#include "decode/exit_rule.h"

#include <cmath>

#include "base/check.h"
#include "kernels/argmax/argmax.h"

namespace edgevlm {

ConfidentExit::ConfidentExit(float threshold) : threshold_(threshold) {
  CHECK(threshold > 0 && threshold <= 1);
}

bool ConfidentExit::Leaves(const ExitPoint& point) const {
  return point.probabilities[static_cast<std::size_t>(ArgMax(point.probabilities))] > threshold_;
}

SteadyExit::SteadyExit(double rate, int first) : rate_(rate), first_(first) {
  CHECK(rate >= 0 && rate <= 1);
}

bool SteadyExit::Leaves(const ExitPoint& point) const {
  if (point.blocks != first_) return false;
  return std::floor(rate_ * (point.position + 1)) > std::floor(rate_ * point.position);
}

}  // namespace edgevlm
