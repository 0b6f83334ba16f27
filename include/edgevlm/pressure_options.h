// PressureOptions: what an engine does when the machine runs low on memory or overheats.
#pragma once

#include <cstdint>

namespace edgevlm {

struct PressureOptions {
  // Above this, caches switch to a more compact policy (f16, q8_0, q4): a session's cache at its
  // next request. It switches back with the session's next new prompt when a tenth of the limit is
  // free again. Below 0: not monitored; 0: the limit of the control group, else 80 % of the
  // machine; above 0: of this process.
  std::int64_t memory_limit_bytes = -1;
  // Above this, half of the decode threads are paused until it is 5 degrees cooler; checked before
  // each reply. 0: not monitored. Machines without a sensor never count as hot.
  double temperature_limit_celsius = 70;
};

}  // namespace edgevlm
