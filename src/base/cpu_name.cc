#include "base/cpu_name.h"

#include <fstream>

namespace edgevlm {
namespace {

// The value of the first line "key : value" of /proc/cpuinfo; empty without one.
std::string CpuInfo(const std::string& key) {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with(key) && colon != std::string::npos) return line.substr(colon + 2);
  }
  return {};
}

}  // namespace

std::string CpuName() {
  std::string name = CpuInfo("model name");
  if (name.empty()) name = CpuInfo("Model");
  return name.empty() ? "unknown" : name;
}

}  // namespace edgevlm
