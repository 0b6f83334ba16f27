// How command lines and files spell Precision.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "edgevlm/edgevlm.h"

namespace edgevlm {

struct PrecisionEntry {
  std::string_view name;
  Precision precision;
};
inline constexpr std::array kPrecisions = {
    PrecisionEntry{"auto", Precision::kAuto}, PrecisionEntry{"int8", Precision::kInt8},
    PrecisionEntry{"bf16", Precision::kBFloat16}, PrecisionEntry{"f32", Precision::kFloat32}};

inline std::string_view PrecisionName(Precision precision) {
  return std::ranges::find(kPrecisions, precision, &PrecisionEntry::precision)->name;
}

// Nothing if none is called so.
inline std::optional<Precision> PrecisionNamed(std::string_view name) {
  const auto found = std::ranges::find(kPrecisions, name, &PrecisionEntry::name);
  return found == kPrecisions.end() ? std::nullopt : std::optional(found->precision);
}

}  // namespace edgevlm
