#include "base/machine_state.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string_view>
#include <system_error>

namespace edgevlm {
namespace {

constexpr double kShareOfMachine = 0.8;
constexpr double kMilli = 1e-3;

// The number at the start of a file. Nothing if the file does not exist or contains "max".
std::optional<std::int64_t> ReadNumber(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::int64_t number = 0;
  if (!(file >> number)) return std::nullopt;
  return number;
}

// A line "Name:   123 kB" of /proc/meminfo, in bytes.
std::optional<std::int64_t> ReadMeminfo(const std::string& root, std::string_view name) {
  std::ifstream file(root + "/proc/meminfo");
  std::string word, unit;
  std::int64_t kibibytes = 0;
  while (file >> word >> kibibytes) {
    if (word == name) return kibibytes * 1024;
    std::getline(file, unit);
  }
  return std::nullopt;
}

// The resident memory of this process: the second number of /proc/self/statm, in pages.
std::optional<std::int64_t> ReadResident(const std::string& root) {
  std::ifstream file(root + "/proc/self/statm");
  std::int64_t all = 0, resident = 0;
  if (!(file >> all >> resident)) return std::nullopt;
  return resident * sysconf(_SC_PAGESIZE);
}

std::optional<MemoryUse> ReadGroup(const std::filesystem::path& used,
                                   const std::filesystem::path& limit, std::int64_t machine) {
  const auto used_bytes = ReadNumber(used), limit_bytes = ReadNumber(limit);
  // Groups without a limit report a number larger than any machine's memory.
  if (!used_bytes || !limit_bytes || *limit_bytes <= 0 || *limit_bytes >= machine) {
    return std::nullopt;
  }
  return MemoryUse{*used_bytes, *limit_bytes};
}

// The highest of the files FOLDER/*/PREFIX*SUFFIX, thousandths of degrees.
std::optional<double> Warmest(const std::string& folder, std::string_view prefix,
                              std::string_view suffix) {
  std::optional<double> warmest;
  std::error_code ignored;
  for (const auto& sensor : std::filesystem::directory_iterator(folder, ignored)) {
    for (const auto& file : std::filesystem::directory_iterator(sensor.path(), ignored)) {
      const std::string name = file.path().filename().string();
      if (!name.starts_with(prefix) || !name.ends_with(suffix)) continue;
      const auto number = ReadNumber(file.path());
      if (number) warmest = std::max(warmest.value_or(-1e9), kMilli * static_cast<double>(*number));
    }
  }
  return warmest;
}

}  // namespace

std::optional<MemoryUse> ReadMemoryUse(std::int64_t limit_bytes, const std::string& root) {
  if (limit_bytes > 0) {
    const auto resident = ReadResident(root);
    if (!resident) return std::nullopt;
    return MemoryUse{*resident, limit_bytes};
  }
  const auto all = ReadMeminfo(root, "MemTotal:"), left = ReadMeminfo(root, "MemAvailable:");
  const std::int64_t machine = all.value_or(std::numeric_limits<std::int64_t>::max());
  const std::filesystem::path groups = root + "/sys/fs/cgroup";
  if (auto use = ReadGroup(groups / "memory.current", groups / "memory.max", machine)) return use;
  if (auto use = ReadGroup(groups / "memory/memory.usage_in_bytes",
                           groups / "memory/memory.limit_in_bytes", machine)) {
    return use;
  }
  if (!all || !left) return std::nullopt;
  return MemoryUse{*all - *left,
                   static_cast<std::int64_t>(kShareOfMachine * static_cast<double>(*all))};
}

std::optional<double> ReadTemperature(const std::string& root) {
  if (auto warmest = Warmest(root + "/sys/class/thermal", "temp", "temp")) return warmest;
  return Warmest(root + "/sys/class/hwmon", "temp", "_input");
}

}  // namespace edgevlm
