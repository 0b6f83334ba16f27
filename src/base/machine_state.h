// MachineState: memory use and temperature, as reported by Linux.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace edgevlm {

struct MemoryUse {
  std::int64_t used_bytes = 0;
  std::int64_t limit_bytes = 0;
};

// Memory use and the first limit that applies: `limit_bytes` for this process, if above 0; the
// limit of the control group (v2, then v1); 80 % of the machine's memory. Nothing if none can be
// read.
//   root  the prefix of "/proc" and "/sys": empty, or a folder of a test
// Reads some small files: tens of microseconds.
std::optional<MemoryUse> ReadMemoryUse(std::int64_t limit_bytes, const std::string& root = {});

// The highest temperature in /sys/class/thermal, else in /sys/class/hwmon, in degrees Celsius.
// Nothing if there is no sensor.
std::optional<double> ReadTemperature(const std::string& root = {});

}  // namespace edgevlm
