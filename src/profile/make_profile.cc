#include "profile/make_profile.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace edgevlm {
namespace {

using Zone = Profiler::Zone;

double Milliseconds(std::int64_t ns) { return static_cast<double>(ns) / 1e6; }
double Microseconds(std::int64_t ns) { return static_cast<double>(ns) / 1e3; }

// The module `name` among these, made if it is not there.
ModuleProfile& Among(std::vector<ModuleProfile>& modules, std::string_view name) {
  const auto found = std::ranges::find(modules, name, &ModuleProfile::name);
  if (found != modules.end()) return *found;
  modules.push_back({.name = std::string(name)});
  return modules.back();
}

// The paths of all zones, as lists of module names.
class ZonePaths {
 public:
  explicit ZonePaths(const std::vector<Zone>& zones) : zones_(zones) {
    // An enclosing zone always comes before those inside.
    for (std::size_t i = 0; i < zones.size(); ++i) paths_.push_back(PathOf(zones[i]));
  }

  const std::vector<std::string_view>& of(std::size_t zone) const { return paths_[zone]; }

 private:
  std::vector<std::string_view> PathOf(const Zone& zone) const {
    std::string_view rest = zone.name;
    int from = zone.parent;
    for (int outer = zone.parent; outer >= 0; outer = At(outer).parent) {
      const std::string_view prefix = At(outer).name;
      if (rest.size() <= prefix.size() || !rest.starts_with(prefix) || rest[prefix.size()] != '.') {
        continue;
      }
      rest.remove_prefix(prefix.size() + 1);
      from = outer;
      break;
    }
    std::vector<std::string_view> path;
    if (from >= 0) path = paths_[static_cast<std::size_t>(from)];
    for (std::size_t dot = 0; dot != std::string_view::npos;) {
      dot = rest.find('.');
      path.push_back(rest.substr(0, dot));
      if (dot != std::string_view::npos) rest.remove_prefix(dot + 1);
    }
    return path;
  }

  const Zone& At(int zone) const { return zones_[static_cast<std::size_t>(zone)]; }

  const std::vector<Zone>& zones_;
  std::vector<std::vector<std::string_view>> paths_;
};

std::int64_t InnerNs(const std::vector<Zone>& zones, const Zone& zone) {
  std::int64_t ns = 0;
  for (const int inner : zone.inner) ns += zones[static_cast<std::size_t>(inner)].ns;
  return ns;
}

void AddZone(const std::vector<Zone>& zones, const Zone& zone, ModuleProfile& module) {
  module.calls += zone.calls;
  // The time of a zone that is still open is not counted yet, but that of the zones inside is.
  module.self_ms += std::max(Milliseconds(zone.ns - InnerNs(zones, zone)), 0.0);
  for (std::size_t i = 0; i < zone.flop.size(); ++i) module.flop[i] += zone.flop[i];
  module.bytes += zone.bytes;
  double inner = 0;
  for (const int index : zone.inner) inner += zones[static_cast<std::size_t>(index)].allocated;
  module.allocated_bytes += std::max(zone.allocated - inner, 0.0);
  module.peak_bytes = std::max(module.peak_bytes, zone.peak);
}

// Fills in what follows from the modules inside.
void Sum(ModuleProfile& module) {
  module.total_ms = module.self_ms;
  std::int64_t most_calls = 0;
  for (ModuleProfile& inner : module.modules) {
    Sum(inner);
    module.total_ms += inner.total_ms;
    module.allocated_bytes += inner.allocated_bytes;
    module.peak_bytes = std::max(module.peak_bytes, inner.peak_bytes);
    most_calls = std::max(most_calls, inner.calls);
  }
  if (module.calls == 0) module.calls = most_calls;
  module.samples_ms = {module.total_ms};
}

std::vector<ModuleProfile> ModulesOf(const std::vector<Zone>& zones) {
  const ZonePaths paths(zones);
  ModuleProfile root;
  for (std::size_t i = 0; i < zones.size(); ++i) {
    ModuleProfile* module = &root;
    for (const std::string_view name : paths.of(i)) module = &Among(module->modules, name);
    AddZone(zones, zones[i], *module);
  }
  Sum(root);
  return std::move(root.modules);
}

ProfileTimeline TimelineOf(const Profiler& profiler) {
  ProfileTimeline timeline;
  std::map<std::string_view, std::int32_t> index;
  std::vector<std::int32_t> names;
  for (const Zone& zone : profiler.zones()) {
    const auto [found, is_new] =
        index.emplace(zone.name, static_cast<std::int32_t>(timeline.names.size()));
    if (is_new) timeline.names.emplace_back(zone.name);
    names.push_back(found->second);
  }
  for (const Profiler::Track& track : profiler.tracks()) {
    const auto thread = static_cast<std::int32_t>(timeline.threads.size());
    timeline.threads.push_back(thread == 0 ? "main" : "worker " + std::to_string(thread));
    timeline.dropped += track.dropped;
    track.ForEach([&](const Profiler::Event& event) {
      if (event.zone < 0) return;
      timeline.events.push_back({.name = names[static_cast<std::size_t>(event.zone)],
                                 .thread = thread,
                                 .begin_us = Microseconds(event.begin_ns),
                                 .duration_us = Microseconds(event.end_ns - event.begin_ns)});
    });
  }
  return timeline;
}

std::vector<ProfileCounter> CountersOf(const Profiler& profiler) {
  using Counter = Profiler::Counter;
  const std::pair<Counter, ProfileCounter> kinds[] = {
      {Counter::kActivations, {"activations", "bytes"}},
      {Counter::kCache, {"cache", "bytes"}},
      {Counter::kTokensPerSecond, {"tokens per second", "tokens/s"}},
      {Counter::kResident, {"resident memory", "bytes"}},
      {Counter::kTemperature, {"temperature", "degrees Celsius"}}};
  std::vector<ProfileCounter> counters;
  for (const auto& [kind, empty] : kinds) {
    ProfileCounter counter = empty;
    profiler.samples().ForEach([&, kind = kind](const Profiler::Sample& sample) {
      if (sample.counter != kind) return;
      counter.samples.push_back({Microseconds(sample.ns), sample.value});
    });
    if (!counter.samples.empty()) counters.push_back(std::move(counter));
  }
  return counters;
}

double NanosecondsPerZone() {
  constexpr int kZones = 4096;
  Profiler profiler;
  const auto begin = Profiler::Clock::now();
  for (int i = 0; i < kZones; ++i) PROFILE_ZONE(&profiler, "zone");
  const std::chrono::duration<double, std::nano> taken = Profiler::Clock::now() - begin;
  return taken.count() / kZones;
}

}  // namespace

Profile MakeProfile(const Profiler& profiler) {
  Profile profile;
  profile.modules = ModulesOf(profiler.zones());
  profile.timeline = TimelineOf(profiler);
  profile.counters = CountersOf(profiler);
  profile.cost = {.zones = profiler.calls(), .ns_per_zone = NanosecondsPerZone()};
  return profile;
}

}  // namespace edgevlm
