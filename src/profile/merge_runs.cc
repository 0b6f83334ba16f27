// Several runs of one request as one profile.
#include <algorithm>
#include <vector>

#include "base/check.h"
#include "edgevlm/profiler.h"
#include "profile/find_module.h"

namespace edgevlm {
namespace {

// The same module in each run that has it.
using Instances = std::vector<const ModuleProfile*>;

ModuleProfile MergeModules(const Instances& instances);

std::vector<ModuleProfile> MergeInner(const std::vector<std::span<const ModuleProfile>>& runs) {
  std::vector<ModuleProfile> merged;
  for (const auto& modules : runs) {
    for (const ModuleProfile& module : modules) {
      if (FindModule(merged, module.name) != nullptr) continue;
      Instances instances;
      for (const auto& others : runs) {
        if (const auto* same = FindModule(others, module.name)) instances.push_back(same);
      }
      merged.push_back(MergeModules(instances));
    }
  }
  return merged;
}

// Counts are those of the last run; all of them are equal where the replies are.
ModuleProfile MergeModules(const Instances& instances) {
  ModuleProfile merged = *instances.back();
  merged.samples_ms.clear();
  std::vector<double> self_ms;
  std::vector<std::span<const ModuleProfile>> inner;
  for (const ModuleProfile* instance : instances) {
    merged.samples_ms.insert(merged.samples_ms.end(), instance->samples_ms.begin(),
                             instance->samples_ms.end());
    self_ms.push_back(instance->self_ms);
    inner.emplace_back(instance->modules);
  }
  merged.total_ms = Median(merged.samples_ms);
  merged.self_ms = Median(self_ms);
  merged.modules = MergeInner(inner);
  return merged;
}

}  // namespace

double Median(std::vector<double> values) {
  CHECK(!values.empty());
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

double TotalMilliseconds(const Profile& profile) {
  std::vector<double> totals;
  for (const RunTimings& run : profile.runs) totals.push_back(run.e2e);
  if (!totals.empty() && !profile.summed_requests) return Median(totals);
  double sum = 0;
  for (const ModuleProfile& module : profile.modules) sum += module.total_ms;
  return sum;
}

Profile MergeRuns(std::span<const Profile> runs) {
  CHECK(!runs.empty());
  Profile merged = runs.back();
  merged.runs.clear();
  std::vector<std::span<const ModuleProfile>> modules;
  for (const Profile& run : runs) {
    merged.runs.insert(merged.runs.end(), run.runs.begin(), run.runs.end());
    modules.emplace_back(run.modules);
  }
  merged.modules = MergeInner(modules);
  return merged;
}

}  // namespace edgevlm
