#include "profile/add_profile.h"

#include <algorithm>

namespace edgevlm {
namespace {

void AddSamples(const std::vector<double>& from, std::vector<double>& to) {
  if (to.size() < from.size()) to.resize(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) to[i] += from[i];
}

void AddModules(const std::vector<ModuleProfile>& from, std::vector<ModuleProfile>& to) {
  for (const ModuleProfile& module : from) {
    const auto same = std::ranges::find(to, module.name, &ModuleProfile::name);
    if (same != to.end()) {
      AddModule(module, *same);
    } else {
      to.push_back(module);
    }
  }
}

void AddTimeline(const ProfileTimeline& from, ProfileTimeline& to) {
  std::vector<std::int32_t> names;  // index in `to` of each
  for (const std::string& name : from.names) {
    const auto same = std::ranges::find(to.names, name);
    names.push_back(static_cast<std::int32_t>(same - to.names.begin()));
    if (same == to.names.end()) to.names.push_back(name);
  }
  const auto threads = static_cast<std::int32_t>(to.threads.size());
  to.threads.insert(to.threads.end(), from.threads.begin(), from.threads.end());
  for (ProfileTimeline::Event event : from.events) {
    event.name = names[static_cast<std::size_t>(event.name)];
    event.thread += threads;
    to.events.push_back(event);
  }
  to.dropped += from.dropped;
}

void AddCounters(const std::vector<ProfileCounter>& from, std::vector<ProfileCounter>& to) {
  for (const ProfileCounter& counter : from) {
    const auto same = std::ranges::find(to, counter.name, &ProfileCounter::name);
    if (same == to.end()) {
      to.push_back(counter);
    } else {
      same->samples.insert(same->samples.end(), counter.samples.begin(), counter.samples.end());
      std::ranges::stable_sort(same->samples, {}, &ProfileCounter::Sample::us);
    }
  }
}

}  // namespace

void AddModule(const ModuleProfile& from, ModuleProfile& to) {
  to.calls += from.calls;
  to.self_ms += from.self_ms;
  to.total_ms += from.total_ms;
  AddSamples(from.samples_ms, to.samples_ms);
  for (std::size_t i = 0; i < to.flop.size(); ++i) to.flop[i] += from.flop[i];
  to.bytes += from.bytes;
  to.allocated_bytes += from.allocated_bytes;
  to.peak_bytes = std::max(to.peak_bytes, from.peak_bytes);
  AddModules(from.modules, to.modules);
}

void AddProfile(const Profile& from, Profile& to) {
  AddModules(from.modules, to.modules);
  AddTimeline(from.timeline, to.timeline);
  AddCounters(from.counters, to.counters);
  to.cost.zones += from.cost.zones;
  to.cost.ns_per_zone = std::max(to.cost.ns_per_zone, from.cost.ns_per_zone);
}

}  // namespace edgevlm
