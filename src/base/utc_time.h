// Points in time as text.
#pragma once

#include <cstdint>
#include <string>

namespace edgevlm {

// ISO 8601, UTC: "2026-01-31T23:59:59Z".
std::string UtcTime(std::int64_t seconds_since_1970);
std::string UtcTimeNow();

}  // namespace edgevlm
