#include "metrics/system.h"

#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>
#include <system_error>

namespace edgevlm {
namespace {

constexpr std::int64_t kKibibyte = 1024;
constexpr double kMicroseconds = 1e-6;
constexpr double kMillidegrees = 1e-3;

std::string ReadText(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Of lines like "VmRSS:   1234 kB", in bytes.
std::int64_t FieldBytes(std::string_view text, std::string_view name) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = text.substr(begin, end - begin);
    begin = end + 1;
    if (!line.starts_with(name) || !line.substr(name.size()).starts_with(":")) continue;
    line.remove_prefix(std::min(line.find_first_of("0123456789"), line.size()));
    std::int64_t value = 0;
    std::from_chars(line.data(), line.data() + line.size(), value);
    return value * kKibibyte;
  }
  return 0;
}

double ProcessorSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * kMicroseconds;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::optional<double> HottestSensor(const std::string& folder) {
  std::optional<double> hottest;
  std::error_code error;
  for (const auto& zone : std::filesystem::directory_iterator(folder, error)) {
    std::ifstream file(zone.path() / "temp");
    double millidegrees = 0;
    if (!(file >> millidegrees)) continue;
    hottest = std::max(hottest.value_or(-273.15), millidegrees * kMillidegrees);
  }
  return hottest;
}

int CountEntries(const std::string& folder) {
  std::error_code error;
  int count = 0;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    ++count;
  }
  return count;
}

}  // namespace

SystemStats ReadSystem(const std::string& root) {
  const std::string status = ReadText(root + "/proc/self/status");
  const std::string memory = ReadText(root + "/proc/meminfo");
  SystemStats stats = {.resident = FieldBytes(status, "VmRSS"),
                       .resident_peak = FieldBytes(status, "VmHWM"),
                       .anonymous = FieldBytes(status, "RssAnon"),
                       .swapped = FieldBytes(status, "VmSwap"),
                       .memory_total = FieldBytes(memory, "MemTotal"),
                       .memory_available = FieldBytes(memory, "MemAvailable"),
                       .cpu_seconds = ProcessorSeconds(),
                       .open_files = CountEntries(root + "/proc/self/fd"),
                       .temperature_celsius = HottestSensor(root + "/sys/class/thermal")};
  std::istringstream(ReadText(root + "/proc/loadavg")) >> stats.load;
  return stats;
}

}  // namespace edgevlm
