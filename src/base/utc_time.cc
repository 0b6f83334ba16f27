#include "base/utc_time.h"

#include <array>
#include <chrono>
#include <ctime>

namespace edgevlm {

std::int64_t UnixMs() {
  using std::chrono::milliseconds;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<milliseconds>(now).count();
}

std::string UtcTime(std::int64_t seconds_since_1970) {
  const std::time_t time = seconds_since_1970;
  std::tm utc{};
  gmtime_r(&time, &utc);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text.data();
}

std::string UtcTimeNow() { return UtcTime(std::time(nullptr)); }

}  // namespace edgevlm
