// Profiles for other programs: CSV, Chrome's traces, collapsed stacks.
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "edgevlm/profiler.h"

namespace edgevlm {
namespace {

std::string Quoted(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// RFC 4180.
std::string CsvField(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string field = "\"";
  for (const char c : text) field += c == '"' ? "\"\"" : std::string(1, c);
  return field + "\"";
}

std::string Number(double value) {
  char text[40];
  std::snprintf(text, sizeof(text), "%.12g", value);
  return text;
}

struct TotalWork {
  double flop = 0;
  double bytes = 0;
};

// A row for the module, then those of the modules inside. Returns the work of all of them.
TotalWork AddCsvRows(const ModuleProfile& module, const std::string& prefix,
                     const MachineLimits& limits, std::string& csv) {
  const std::string path = prefix + module.name;
  TotalWork work{.flop = module.flop[0] + module.flop[1] + module.flop[2], .bytes = module.bytes};
  std::string inner;
  for (const ModuleProfile& each : module.modules) {
    const TotalWork more = AddCsvRows(each, path + ".", limits, inner);
    work = {work.flop + more.flop, work.bytes + more.bytes};
  }
  csv += CsvField(path) + "," + std::to_string(module.calls);
  for (const double value : {module.self_ms, module.total_ms, work.flop, work.bytes}) {
    csv += "," + Number(value);
  }
  const RooflineShare roofline = RooflineShareOf(module, limits);
  if (roofline.share == 0) {
    csv += ",,";
  } else {
    csv += "," + Number(roofline.share) + (roofline.is_compute_bound ? ",compute" : ",memory");
  }
  csv += "," + Number(module.allocated_bytes) + "," + Number(module.peak_bytes) + "\r\n" + inner;
  return work;
}

void AddStacks(const ModuleProfile& module, const std::string& prefix, std::string& text) {
  const std::string stack = prefix + module.name;
  const auto us = std::llround(1e3 * module.self_ms);
  if (us > 0) text += stack + " " + std::to_string(us) + "\n";
  for (const ModuleProfile& inner : module.modules) AddStacks(inner, stack + ";", text);
}

// Metadata: the names of process and threads.
std::string NameEvents(const ProfileTimeline& timeline) {
  std::string json =
      "{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":1,\"args\":{\"name\":\"edgevlm\"}}";
  for (std::size_t i = 0; i < timeline.threads.size(); ++i) {
    json += ",\n{\"name\":\"thread_name\",\"ph\":\"M\",\"pid\":1,\"tid\":" + std::to_string(i + 1) +
            ",\"args\":{\"name\":" + Quoted(timeline.threads[i]) + "}}";
  }
  return json;
}

}  // namespace

std::string ProfileCsv(const Profile& profile) {
  std::string csv =
      "module,calls,self_ms,total_ms,flop,bytes,roofline_share,limit,allocated_bytes,"
      "peak_bytes\r\n";
  for (const ModuleProfile& module : profile.modules) {
    AddCsvRows(module, "", profile.machine.limits, csv);
  }
  return csv;
}

std::string ProfileStacks(const Profile& profile) {
  std::string text;
  for (const ModuleProfile& module : profile.modules) AddStacks(module, "", text);
  return text;
}

std::string ProfileTrace(const Profile& profile) {
  const ProfileTimeline& timeline = profile.timeline;
  std::string json = "{\"traceEvents\":[\n" + NameEvents(timeline);
  std::vector<std::string> names;
  for (const std::string& name : timeline.names) names.push_back(Quoted(name));
  char text[160];
  for (const ProfileTimeline::Event& event : timeline.events) {
    std::snprintf(text, sizeof(text),
                  ",\"cat\":\"module\",\"ph\":\"X\",\"pid\":1,\"tid\":%d,\"ts\":%.3f,\"dur\":%.3f}",
                  event.thread + 1, event.begin_us, event.duration_us);
    json += ",\n{\"name\":" + names[static_cast<std::size_t>(event.name)] + text;
  }
  for (const ProfileCounter& counter : profile.counters) {
    for (const ProfileCounter::Sample& sample : counter.samples) {
      std::snprintf(text, sizeof(text), ",\"ph\":\"C\",\"pid\":1,\"ts\":%.3f,\"args\":{",
                    sample.us);
      json += ",\n{\"name\":" + Quoted(counter.name) + text + Quoted(counter.unit) + ":" +
              Number(sample.value) + "}}";
    }
  }
  return json + "\n],\"displayTimeUnit\":\"ms\"}\n";
}

}  // namespace edgevlm
