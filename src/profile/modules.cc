// What follows from a profile's modules: shares of the roofline, folded layers, the verdict.
#include <algorithm>
#include <cmath>
#include <optional>

#include "edgevlm/profiler.h"
#include "profile/add_profile.h"
#include "profile/find_module.h"

namespace edgevlm {
namespace {

// How long the limits allow a module and those inside to take, by what sets the limit.
struct IdealTime {
  std::array<double, kArithmetics> compute_ms = {};
  double memory_ms = 0;

  double all_ms() const { return memory_ms + compute_ms[0] + compute_ms[1] + compute_ms[2]; }
};

void AddIdealTime(const ModuleProfile& module, const MachineLimits& limits, IdealTime& ideal) {
  std::array<double, kArithmetics> compute_ms = {};
  double all_ms = 0;
  for (std::size_t i = 0; i < compute_ms.size(); ++i) {
    if (limits.gflops[i] > 0) compute_ms[i] = module.flop[i] / limits.gflops[i] / 1e6;
    all_ms += compute_ms[i];
  }
  const double memory_ms = module.bytes / limits.gbytes / 1e6;
  if (memory_ms > all_ms) {
    ideal.memory_ms += memory_ms;
  } else {
    for (std::size_t i = 0; i < compute_ms.size(); ++i) ideal.compute_ms[i] += compute_ms[i];
  }
  for (const ModuleProfile& inner : module.modules) AddIdealTime(inner, limits, ideal);
}

void AddFlop(const ModuleProfile& module, std::array<double, kArithmetics>& flop) {
  for (std::size_t i = 0; i < flop.size(); ++i) flop[i] += module.flop[i];
  for (const ModuleProfile& inner : module.modules) AddFlop(inner, flop);
}

bool IsNumber(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) { return '0' <= c && c <= '9'; });
}

std::string ReasonOf(const ModuleProfile& module, const MachineLimits& limits) {
  const RooflineShare roofline = RooflineShareOf(module, limits);
  if (roofline.share == 0) return "";
  const std::string percent = std::to_string(std::lround(100 * roofline.share)) + " % of the ";
  if (!roofline.is_compute_bound) return "memory-bound, at " + percent + "read bandwidth";
  return "compute-bound, at " + percent + std::string(ArithmeticName(roofline.arithmetic)) +
         " limit";
}

}  // namespace

std::string_view ArithmeticName(Arithmetic arithmetic) {
  constexpr std::array<std::string_view, kArithmetics> kNames = {"float32", "bfloat16", "int8"};
  return kNames[static_cast<std::size_t>(arithmetic)];
}

RooflineShare RooflineShareOf(const ModuleProfile& module, const MachineLimits& limits) {
  if (!limits.known() || module.total_ms <= 0) return {};
  IdealTime ideal;
  AddIdealTime(module, limits, ideal);
  std::array<double, kArithmetics> flop = {};
  AddFlop(module, flop);
  const auto most = std::ranges::max_element(flop) - flop.begin();
  return {.share = ideal.all_ms() / module.total_ms,
          .is_compute_bound = ideal.memory_ms < ideal.all_ms() / 2,
          .arithmetic = static_cast<Arithmetic>(most)};
}

std::vector<ModuleProfile> FoldLayers(std::span<const ModuleProfile> modules) {
  std::vector<ModuleProfile> folded;
  for (const ModuleProfile& module : modules) {
    ModuleProfile copy = module;
    const auto layers = std::ranges::count_if(module.modules, IsNumber, &ModuleProfile::name);
    if (layers > 0) {
      ModuleProfile together;
      for (const ModuleProfile& inner : module.modules) AddModule(inner, together);
      copy.name += " (" + std::to_string(layers) + ")";
      copy.calls = together.calls;
      copy.modules = std::move(together.modules);
    }
    copy.modules = FoldLayers(copy.modules);
    folded.push_back(std::move(copy));
  }
  return folded;
}

const ModuleProfile* FindModule(std::span<const ModuleProfile> modules, std::string_view name) {
  const auto found = std::ranges::find(modules, name, &ModuleProfile::name);
  return found == modules.end() ? nullptr : &*found;
}

ProfileVerdict VerdictOf(const Profile& profile) {
  constexpr std::pair<std::string_view, std::string_view> kParts[] = {
      {"image file", "image"},
      {"vision encoder", "vision_tower"},
      {"spectrogram", "sound"},
      {"audio encoder", "audio_tower"},
      {"projector", "multi_modal_projector"},
      {"prefill", "prefill"},
      {"decode", "decode"}};
  ProfileVerdict verdict;
  verdict.total_ms = TotalMilliseconds(profile);
  double rest_ms = verdict.total_ms;
  for (const auto& [name, path] : kParts) {
    const ModuleProfile* module = FindModule(profile.modules, path);
    if (module == nullptr) continue;
    verdict.parts.push_back({.name = std::string(name),
                             .ms = module->total_ms,
                             .reason = ReasonOf(*module, profile.machine.limits)});
    rest_ms -= module->total_ms;
  }
  if (!verdict.parts.empty() || rest_ms > 0) {
    verdict.parts.push_back({.name = "other", .ms = std::max(rest_ms, 0.0)});
  }
  for (ProfileVerdict::Part& part : verdict.parts) {
    if (verdict.total_ms > 0) part.share = part.ms / verdict.total_ms;
  }
  const auto slowest = std::ranges::max_element(verdict.parts, {}, &ProfileVerdict::Part::ms);
  if (slowest != verdict.parts.end()) slowest->is_bottleneck = true;
  return verdict;
}

}  // namespace edgevlm
