#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>

#include "edgevlm/profiler.h"
#include "profile/find_module.h"

namespace edgevlm {
namespace {

struct Row {
  std::string path;
  std::vector<double> samples_ms;
};

void AddRows(std::span<const ModuleProfile> modules, const std::string& prefix,
             std::vector<Row>& rows) {
  for (const ModuleProfile& module : modules) {
    const std::string path = prefix + module.name;
    rows.push_back({path, module.samples_ms});
    AddRows(module.modules, path + ".", rows);
  }
}

std::vector<Row> RowsOf(const Profile& profile) {
  Row whole{"request", {}};
  for (const RunTimings& run : profile.runs) whole.samples_ms.push_back(run.e2e);
  std::vector<Row> rows{std::move(whole)};
  AddRows(FoldLayers(profile.modules), "", rows);
  return rows;
}

// Whether so few runs can tell two profiles apart at all: even if all of one were faster than all
// of the other, chance would do that in 2 of (m + n over m) cases.
bool CanTell(double m, double n) {
  double orders = 1;
  for (double i = 1; i <= m; ++i) orders *= (n + i) / i;
  return 2 / orders <= 0.05;
}

// The interval of the shift between two samples: all m n differences in order, without k - 1 at
// each end, where k is the 2.5 % quantile of the Mann-Whitney statistic (its normal approximation:
// mean m n / 2, variance m n (m + n + 1) / 12).
void SetInterval(const std::vector<double>& before, const std::vector<double>& after,
                 ModuleChange& change) {
  std::vector<double> differences;
  for (const double a : before) {
    for (const double b : after) differences.push_back(b - a);
  }
  if (differences.empty()) return;
  std::ranges::sort(differences);
  const auto m = static_cast<double>(before.size()), n = static_cast<double>(after.size());
  const double k = std::floor(m * n / 2 - 1.96 * std::sqrt(m * n * (m + n + 1) / 12));
  const auto skip = static_cast<std::size_t>(std::max(k - 1, 0.0));
  change.low_ms = differences[skip];
  change.high_ms = differences[differences.size() - 1 - skip];
  change.is_noise = (change.low_ms <= 0 && 0 <= change.high_ms) || !CanTell(m, n);
}

double MedianOrZero(const std::vector<double>& values) {
  return values.empty() ? 0 : Median(values);
}

ModuleChange Change(const std::string& path, const std::vector<double>& before,
                    const std::vector<double>& after) {
  ModuleChange change{
      .path = path, .before_ms = MedianOrZero(before), .after_ms = MedianOrZero(after)};
  change.low_ms = change.high_ms = change.after_ms - change.before_ms;
  SetInterval(before, after, change);
  return change;
}

}  // namespace

std::vector<ModuleChange> CompareProfiles(const Profile& before, const Profile& after) {
  const std::vector<Row> old_rows = RowsOf(before), new_rows = RowsOf(after);
  std::vector<ModuleChange> changes;
  for (const Row& row : old_rows) {
    const auto same = std::ranges::find(new_rows, row.path, &Row::path);
    changes.push_back(Change(row.path, row.samples_ms,
                             same == new_rows.end() ? std::vector<double>() : same->samples_ms));
  }
  for (const Row& row : new_rows) {
    if (std::ranges::find(old_rows, row.path, &Row::path) != old_rows.end()) continue;
    changes.push_back(Change(row.path, {}, row.samples_ms));
  }
  return changes;
}

std::string CompareTable(std::span<const ModuleChange> changes) {
  std::size_t width = 6;
  for (const ModuleChange& change : changes) width = std::max(width, change.path.size());
  std::string table = "module";
  table.resize(width, ' ');
  table += "   before ms    after ms   change               95 % interval\n";
  for (const ModuleChange& change : changes) {
    char line[160];
    std::string percent = "      -";
    if (change.before_ms > 0) {
      std::snprintf(line, sizeof(line), "%+6.1f%%", 100 * (change.after_ms / change.before_ms - 1));
      percent = line;
    }
    std::snprintf(line, sizeof(line), "  %10.3f  %10.3f  %s  %+10.3f to %+10.3f ms  %s\n",
                  change.before_ms, change.after_ms, percent.c_str(), change.low_ms, change.high_ms,
                  change.is_noise                      ? "noise"
                  : change.after_ms < change.before_ms ? "faster"
                                                       : "slower");
    std::string name = change.path;
    name.resize(width, ' ');
    table += name + line;
  }
  return table;
}

}  // namespace edgevlm
