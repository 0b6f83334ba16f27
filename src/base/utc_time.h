// Points in time: now, and as text.
#pragma once

#include <cstdint>
#include <string>

namespace edgevlm {

// Milliseconds since 1970.
std::int64_t UnixMs();

// ISO 8601, UTC: "2026-01-31T23:59:59Z".
std::string UtcTime(std::int64_t seconds_since_1970);
std::string UtcTimeNow();

}  // namespace edgevlm
