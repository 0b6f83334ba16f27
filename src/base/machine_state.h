// MachineState: how much memory is in use and how warm the machine is, as Linux tells it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace edgevlm {

struct MemoryUse {
  std::int64_t used_bytes = 0;
  std::int64_t limit_bytes = 0;
};

// Against the first limit there is: `limit_bytes` of this process, where it is above 0; that of the
// control group (v2, then v1); 80 % of the machine. Nothing where none can be read.
//   root  stands before "/proc" and "/sys": empty, or a folder that a test made
// Reads some small files: tens of microseconds.
std::optional<MemoryUse> ReadMemoryUse(std::int64_t limit_bytes, const std::string& root = {});

// The warmest sensor of /sys/class/thermal, else of /sys/class/hwmon, in degrees Celsius. Nothing
// where there is none.
std::optional<double> ReadTemperature(const std::string& root = {});

}  // namespace edgevlm
