// The CPU's name, for people.
#pragma once

#include <string>

namespace edgevlm {

// As the operating system says: "AMD EPYC 9V74", on Arm boards the board's name; "unknown" when it
// says nothing.
std::string CpuName();

}  // namespace edgevlm
