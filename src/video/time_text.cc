#include "video/time_text.h"

#include <cmath>
#include <cstdio>

namespace edgevlm {

std::string TimeText(double seconds) {
  constexpr int kTenths = 10;
  const auto tenths = static_cast<long long>(std::llround(seconds * kTenths));
  char text[64];
  std::snprintf(text, sizeof(text), "%lld:%02lld.%lld", tenths / (60 * kTenths),
                tenths / kTenths % 60, tenths % kTenths);
  return text;
}

}  // namespace edgevlm
