// A profile for tests.
#pragma once

#include "edgevlm/profiler.h"

namespace edgevlm {

// An encoder of two layers and a decoder; scale: of all times.
inline Profile SmallProfile(double scale = 1) {
  const auto leaf = [&](std::string name, double ms) {
    return ModuleProfile{.name = std::move(name),
                         .calls = 1,
                         .self_ms = ms * scale,
                         .total_ms = ms * scale,
                         .samples_ms = {ms * scale},
                         .flop = {0, 0, 1e9 * ms},
                         .bytes = 1e6,
                         .peak_bytes = 100};
  };
  const auto group = [](std::string name, std::vector<ModuleProfile> modules) {
    ModuleProfile module{.name = std::move(name), .calls = 1, .modules = std::move(modules)};
    for (const ModuleProfile& inner : module.modules) module.total_ms += inner.total_ms;
    module.samples_ms = {module.total_ms};
    return module;
  };
  Profile profile;
  profile.machine = {.cpu = "test", .threads = 2, .instruction_set = "avx2"};
  profile.machine.limits = {.gflops = {500, 1000, 2000}, .gbytes = 40};
  profile.model = {.name = "small", .architecture = "llama", .parameters = 1000};
  profile.request = {.images = {"a.png"}, .question = "what?", .reply = "a \"cat\"\n</script>"};
  profile.modules = {
      group("vision_tower",
            {group("layers", {group("0", {leaf("fc", 1)}), group("1", {leaf("fc", 3)})})}),
      group("decode", {leaf("lm_head", 2)})};
  profile.runs = {{.e2e = 7 * scale, .ttft = 5 * scale, .tpot = scale}};
  profile.timeline = {.names = {"vision_tower", "decode"},
                      .threads = {"main", "worker 1"},
                      .events = {{0, 0, 0, 4000}, {0, 1, 10, 3000}, {1, 0, 4100, 2000}}};
  profile.counters = {{"cache", "bytes", {{1, 100}, {2, 200}}}};
  profile.cost = {.zones = 6, .ns_per_zone = 50};
  return profile;
}

}  // namespace edgevlm
