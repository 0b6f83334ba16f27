// CPU quota: how much CPU time the control group of this process may use, as containers limit it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace edgevlm {

// Threads that a quota keeps busy: ceil(quota / period), at least 1. Nothing if there is no quota,
// or the text is no such pair.
//   text  "QUOTA PERIOD" in microseconds, as in cpu.max; "max" or a number below 1: no quota
std::optional<int> ParseCpuQuota(std::string_view text);

// The same for this process: the lowest quota of its control group and of those around it (v2:
// cpu.max; v1: cpu.cfs_quota_us and cpu.cfs_period_us).
//   root  the prefix of "/proc" and "/sys": empty, or a folder of a test
// Reads some small files: tens of microseconds.
std::optional<int> ReadCpuQuota(const std::string& root = {});

}  // namespace edgevlm
