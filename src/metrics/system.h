// Resource usage of this process and this machine: memory, processor time, temperature.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace edgevlm {

// In bytes unless the name says otherwise. 0 for what the system does not report.
struct SystemStats {
  std::int64_t resident = 0;       // VmRSS
  std::int64_t resident_peak = 0;  // VmHWM
  std::int64_t anonymous = 0;      // RssAnon: not backed by a file
  std::int64_t swapped = 0;        // VmSwap; a leak shows in anonymous + swapped
  std::int64_t memory_total = 0;   // of the machine
  std::int64_t memory_available = 0;
  double cpu_seconds = 0;  // of this process, user and system
  double load = 0;         // of the machine, over a minute
  int open_files = 0;
  std::optional<double> temperature_celsius;  // the hottest sensor, where there is one
};

// root: prefix of /proc and /sys, for tests. Cost: reads about ten small files.
SystemStats ReadSystem(const std::string& root = "");

}  // namespace edgevlm
