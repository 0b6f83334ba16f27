#include "tensor/shape.h"

#include <algorithm>

namespace edgevlm {
namespace {

std::span<const std::int64_t> WithoutLeadingOnes(std::span<const std::int64_t> extents) {
  while (!extents.empty() && extents.front() == 1) extents = extents.subspan(1);
  return extents;
}

}  // namespace

bool Shape::SameUpToLeadingOnes(const Shape& other) const {
  const auto a = WithoutLeadingOnes(extents());
  const auto b = WithoutLeadingOnes(other.extents());
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

std::string Shape::ToString() const {
  std::string text = "[";
  for (int axis = 0; axis < rank_; ++axis) {
    if (axis > 0) text += ", ";
    text += std::to_string((*this)[axis]);
  }
  return text + "]";
}

}  // namespace edgevlm
