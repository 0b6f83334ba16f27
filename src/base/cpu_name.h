// The CPU's name, for display.
#pragma once

#include <string>

namespace edgevlm {

// As the operating system reports it: "AMD EPYC 9V74", on Arm boards the board's name; "unknown"
// otherwise.
std::string CpuName();

}  // namespace edgevlm
