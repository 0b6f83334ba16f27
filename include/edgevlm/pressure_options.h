// PressureOptions: what an engine does when the machine runs short of memory or gets hot.
#pragma once

#include <cstdint>

namespace edgevlm {

struct PressureOptions {
  // When more is in use, caches move to the policy that needs less (f16, q8_0, q4): that of a
  // session when it is next asked. They go back with a session's next new prompt when a tenth of
  // the limit is free again. Below 0: not watched; 0: the limit of the control group, else 80 % of
  // the machine; else: of this process.
  std::int64_t memory_limit_bytes = -1;
  // Above it, half of the decode threads rest, until it is 5 degrees cooler; looked at before each
  // reply. 0: not watched. Machines without a sensor are never hot.
  double temperature_limit_celsius = 70;
};

}  // namespace edgevlm
