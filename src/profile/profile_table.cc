// The profile for people: the verdict and the tree of modules.
#include <algorithm>
#include <cstdio>

#include "edgevlm/profiler.h"
#include "profile/find_module.h"

namespace edgevlm {
namespace {

std::string Format(const char* format, auto... values) {
  char text[160];
  std::snprintf(text, sizeof(text), format, values...);
  return text;
}

struct Row {
  std::string name;  // indented
  std::string numbers;
};

// Work of a module and those inside.
struct TotalWork {
  double flop = 0;
  double bytes = 0;
};

TotalWork WorkOf(const ModuleProfile& module) {
  TotalWork work{.bytes = module.bytes};
  for (const double flop : module.flop) work.flop += flop;
  for (const ModuleProfile& inner : module.modules) {
    const TotalWork more = WorkOf(inner);
    work = {work.flop + more.flop, work.bytes + more.bytes};
  }
  return work;
}

std::string Blank(std::size_t width) { return std::string(width, ' '); }

std::string WorkColumns(const ModuleProfile& module, const MachineLimits& limits) {
  const TotalWork work = WorkOf(module);
  std::string text;
  const double seconds = module.total_ms / 1e3;
  const auto pair = [&](double amount) {
    if (amount == 0 || seconds <= 0) return Blank(18);
    return Format("%9.3f%9.1f", amount / 1e9, amount / 1e9 / seconds);
  };
  text += pair(work.flop) + pair(work.bytes);
  const RooflineShare roofline = RooflineShareOf(module, limits);
  if (roofline.share == 0) {
    text += Blank(15);
  } else {
    text +=
        Format("%5.0f%% %-8s", 100 * roofline.share,
               roofline.is_compute_bound ? std::string(ArithmeticName(roofline.arithmetic)).c_str()
                                         : "memory");
  }
  text += module.allocated_bytes > 0 ? Format("%10.2f", module.allocated_bytes / 1e6) : Blank(10);
  text += module.peak_bytes > 0 ? Format("%9.2f", module.peak_bytes / 1e6) : Blank(9);
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

class TableWriter {
 public:
  TableWriter(const Profile& profile, const ProfileTableOptions& options)
      : profile_(profile), options_(options), total_ms_(TotalMilliseconds(profile)) {}

  std::string Write() {
    if (profile_.modules.empty()) return "";
    Add(options_.unfolds_layers ? profile_.modules : FoldLayers(profile_.modules), 0);
    AddRest();
    std::size_t width = 6;
    for (const Row& row : rows_) width = std::max(width, row.name.size());
    std::string table = "module" + Blank(width - 6) +
                        "  calls    self ms   total ms  share    mean ms    GFLOP  GFLOP/s"
                        "       GB     GB/s  of limit       alloc MB  peak MB\n";
    for (const Row& row : rows_) {
      table += row.name + Blank(width - row.name.size()) + row.numbers + "\n";
    }
    return table;
  }

 private:
  void Add(std::span<const ModuleProfile> modules, int depth) {
    if (depth >= options_.depth) return;
    for (const ModuleProfile& module : modules) {
      rows_.push_back({Blank(static_cast<std::size_t>(2 * depth)) + module.name, Numbers(module)});
      Add(module.modules, depth + 1);
    }
  }

  std::string Numbers(const ModuleProfile& module) const {
    const double mean =
        module.calls > 0 ? module.total_ms / static_cast<double>(module.calls) : module.total_ms;
    return Format("%7lld%11.3f%11.3f%6.1f%%%11.4f", static_cast<long long>(module.calls),
                  module.self_ms, module.total_ms,
                  total_ms_ > 0 ? 100 * module.total_ms / total_ms_ : 0.0, mean) +
           WorkColumns(module, profile_.machine.limits);
  }

  // The part of the request in which no zone was open.
  void AddRest() {
    double rest = total_ms_;
    for (const ModuleProfile& module : profile_.modules) rest -= module.total_ms;
    if (profile_.runs.empty() || profile_.summed_requests || rest < 0) return;
    rows_.push_back({"(outside of modules)",
                     Format("%7s%11.3f%11.3f%6.1f%%", "", rest, rest, 100 * rest / total_ms_)});
  }

  const Profile& profile_;
  const ProfileTableOptions& options_;
  double total_ms_;
  std::vector<Row> rows_;
};

std::string CostLine(const Profile& profile) {
  const double ms = static_cast<double>(profile.cost.zones) * profile.cost.ns_per_zone / 1e6;
  const double total = TotalMilliseconds(profile);
  return Format("profiling: %lld zones at %.0f ns each: %.2f ms, %.2f %% of the total\n",
                static_cast<long long>(profile.cost.zones), profile.cost.ns_per_zone, ms,
                total > 0 ? 100 * ms / total : 0.0);
}

}  // namespace

std::string ProfileTable(const Profile& profile, const ProfileTableOptions& options) {
  const std::string table = TableWriter(profile, options).Write();
  if (table.empty()) return "";
  const ProfileVerdict verdict = VerdictOf(profile);
  std::string text = Format("total %.1f ms", verdict.total_ms);
  if (profile.summed_requests) {
    text += Format(" in modules, %lld requests", static_cast<long long>(*profile.summed_requests));
  } else if (profile.runs.size() > 1) {
    text += Format(" (median of %zu runs", profile.runs.size());
    const auto [least, most] = std::ranges::minmax_element(profile.runs, {}, &RunTimings::e2e);
    text += Format(", %.1f to %.1f)", least->e2e, most->e2e);
  }
  text += "\n";
  for (const ProfileVerdict::Part& part : verdict.parts) {
    text += Format("  %-15s%10.1f ms%6.1f %%", part.name.c_str(), part.ms, 100 * part.share);
    if (part.is_bottleneck) text += "  <- bottleneck";
    if (part.is_bottleneck && !part.reason.empty()) text += ": " + part.reason;
    text += "\n";
  }
  return text + "\n" + table + "\n" + CostLine(profile);
}

}  // namespace edgevlm
