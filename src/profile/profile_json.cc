// The profile as JSON. docs/profile.md describes the fields.
#include <nlohmann/json.hpp>

#include "edgevlm/profiler.h"
#include "profile/find_module.h"
#include "profile/json_format.h"

namespace edgevlm {
namespace {

using nlohmann::json;

json LimitsJson(const MachineLimits& limits) {
  json object = json::object();
  for (std::size_t i = 0; i < limits.gflops.size(); ++i) {
    if (limits.gflops[i] > 0) object[ArithmeticName(static_cast<Arithmetic>(i))] = limits.gflops[i];
  }
  if (limits.known()) object["memory"] = limits.gbytes;
  return object;
}

// Own work; flop by arithmetic.
json OwnWorkJson(const ModuleProfile& module) {
  json own = {{"bytes", module.bytes}};
  for (std::size_t i = 0; i < module.flop.size(); ++i) {
    if (module.flop[i] > 0) own[ArithmeticName(static_cast<Arithmetic>(i))] = module.flop[i];
  }
  return own;
}

json ModuleJson(const ModuleProfile& module, const std::string& prefix,
                const MachineLimits& limits) {
  const std::string path = prefix + module.name;
  json inner = json::array();
  double flop = module.flop[0] + module.flop[1] + module.flop[2], bytes = module.bytes;
  for (const ModuleProfile& each : module.modules) {
    inner.push_back(ModuleJson(each, path + ".", limits));
    flop += inner.back()["flop"].get<double>();
    bytes += inner.back()["bytes"].get<double>();
  }
  json object = {{"name", module.name},
                 {"path", path},
                 {"calls", module.calls},
                 {"self_ms", module.self_ms},
                 {"total_ms", module.total_ms},
                 {"samples_ms", module.samples_ms},
                 {"flop", flop},
                 {"bytes", bytes},
                 {"own_work", OwnWorkJson(module)},
                 {"allocated_bytes", module.allocated_bytes},
                 {"peak_bytes", module.peak_bytes}};
  if (const RooflineShare roofline = RooflineShareOf(module, limits); roofline.share > 0) {
    object["roofline_share"] = roofline.share;
    object["limit"] = roofline.is_compute_bound ? "compute" : "memory";
    object["arithmetic"] = ArithmeticName(roofline.arithmetic);
  }
  object["children"] = std::move(inner);
  return object;
}

json RunJson(const RunTimings& run) {
  return {{"e2e_ms", run.e2e},
          {"ttft_ms", run.ttft},
          {"tpot_ms", run.tpot},
          {"image_decode_ms", run.image_decode},
          {"preprocess_ms", run.preprocess},
          {"encoder_forward_ms", run.encoder_forward},
          {"prefill_ms", run.prefill},
          {"decode_ms", run.decode}};
}

json VerdictJson(const Profile& profile) {
  const ProfileVerdict verdict = VerdictOf(profile);
  json parts = json::array();
  std::string text;
  for (const ProfileVerdict::Part& part : verdict.parts) {
    parts.push_back({{"name", part.name},
                     {"ms", part.ms},
                     {"share", part.share},
                     {"is_bottleneck", part.is_bottleneck},
                     {"reason", part.reason}});
    if (part.is_bottleneck) {
      text = part.name + ", " + std::to_string(static_cast<int>(100 * part.share + 0.5)) + " %" +
             (part.reason.empty() ? "" : ": " + part.reason);
    }
  }
  return {{"total_ms", verdict.total_ms}, {"text", text}, {"parts", std::move(parts)}};
}

json TimelineJson(const ProfileTimeline& timeline) {
  json events = json::array();
  for (const ProfileTimeline::Event& event : timeline.events) {
    events.push_back({event.name, event.thread, event.begin_us, event.duration_us});
  }
  return {{"names", timeline.names},
          {"threads", timeline.threads},
          {"events", std::move(events)},
          {"dropped", timeline.dropped}};
}

json CountersJson(const std::vector<ProfileCounter>& counters) {
  json list = json::array();
  for (const ProfileCounter& counter : counters) {
    json samples = json::array();
    for (const auto& sample : counter.samples) samples.push_back({sample.us, sample.value});
    list.push_back(
        {{"name", counter.name}, {"unit", counter.unit}, {"samples", std::move(samples)}});
  }
  return list;
}

double CostShare(const Profile& profile) {
  const double total_ms = TotalMilliseconds(profile);
  if (total_ms <= 0) return 0;
  return static_cast<double>(profile.cost.zones) * profile.cost.ns_per_zone / 1e6 / total_ms;
}

}  // namespace

std::string ProfileJson(const Profile& profile) {
  json runs = json::array();
  for (const RunTimings& run : profile.runs) runs.push_back(RunJson(run));
  json modules = json::array();
  for (const ModuleProfile& module : profile.modules) {
    modules.push_back(ModuleJson(module, "", profile.machine.limits));
  }
  json all = {{"format", kProfileFormat},
              {"version", kProfileVersion},
              {"machine",
               {{"cpu", profile.machine.cpu},
                {"threads", profile.machine.threads},
                {"instruction_set", profile.machine.instruction_set},
                {"limits", LimitsJson(profile.machine.limits)}}},
              {"model",
               {{"name", profile.model.name},
                {"architecture", profile.model.architecture},
                {"vision_encoder", profile.model.vision_encoder},
                {"projector", profile.model.projector},
                {"parameters", profile.model.parameters},
                {"file_bytes", profile.model.file_bytes}}},
              {"request",
               {{"images", profile.request.images},
                {"question", profile.request.question},
                {"reply", profile.request.reply},
                {"image_tokens", profile.request.image_tokens},
                {"prompt_tokens", profile.request.prompt_tokens},
                {"reply_tokens", profile.request.reply_tokens}}},
              {"runs", std::move(runs)},
              {"verdict", VerdictJson(profile)},
              {"modules", std::move(modules)},
              {"timeline", TimelineJson(profile.timeline)},
              {"counters", CountersJson(profile.counters)},
              {"cost",
               {{"zones", profile.cost.zones},
                {"ns_per_zone", profile.cost.ns_per_zone},
                {"share", CostShare(profile)}}}};
  if (profile.summed_requests) all["summed_requests"] = *profile.summed_requests;
  // Bytes that are no UTF-8, in names of files, become U+FFFD.
  return all.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace edgevlm
