#include "base/cpu_quota.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <system_error>

namespace edgevlm {
namespace {

// The number at the start of a text, which then starts behind it.
std::optional<std::int64_t> ParseNumber(std::string_view& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

// The first line of a file; empty if there is none.
std::string FirstLine(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

// The lowest quota of the files of a group and of those around it. A container may see the path
// that the group has outside of it, where it finds no files, but its own group's at the top.
template <class Read>
std::optional<int> LowestOf(const std::filesystem::path& top, const std::filesystem::path& group,
                            const Read& read) {
  std::optional<int> lowest;
  for (std::filesystem::path path = group.relative_path();; path = path.parent_path()) {
    const std::optional<int> quota = ParseCpuQuota(read(top / path));
    if (quota) lowest = std::min(lowest.value_or(*quota), *quota);
    if (path.empty()) return lowest;
  }
}

std::string QuotaV1(const std::filesystem::path& group) {
  return FirstLine(group / "cpu.cfs_quota_us") + " " + FirstLine(group / "cpu.cfs_period_us");
}

std::string QuotaV2(const std::filesystem::path& group) { return FirstLine(group / "cpu.max"); }

// Whether a list like "cpu,cpuacct" has the controller of CPU time.
bool HasCpu(const std::string& controllers) {
  return ("," + controllers + ",").find(",cpu,") != std::string::npos;
}

}  // namespace

std::optional<int> ParseCpuQuota(std::string_view text) {
  const std::optional<std::int64_t> quota = ParseNumber(text);
  if (!quota || *quota < 1 || !text.starts_with(' ')) return std::nullopt;
  text.remove_prefix(1);
  const std::optional<std::int64_t> period = ParseNumber(text);
  if (!period || *period < 1) return std::nullopt;
  const std::int64_t threads = *quota / *period + (*quota % *period == 0 ? 0 : 1);
  return static_cast<int>(std::min<std::int64_t>(threads, std::numeric_limits<int>::max()));
}

std::optional<int> ReadCpuQuota(const std::string& root) {
  // Lines "NUMBER:CONTROLLERS:PATH"; v2 has one line, without controllers.
  std::ifstream groups(root + "/proc/self/cgroup");
  std::string number, controllers, path, v1, v2;
  while (std::getline(groups, number, ':') && std::getline(groups, controllers, ':') &&
         std::getline(groups, path)) {
    if (HasCpu(controllers)) v1 = path;
    if (controllers.empty()) v2 = path;
  }
  const std::filesystem::path top = root + "/sys/fs/cgroup";
  if (const auto quota = LowestOf(top, v2, QuotaV2)) return quota;
  return LowestOf(top / "cpu", v1, QuotaV1);
}

}  // namespace edgevlm
