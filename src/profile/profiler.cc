#include "profile/profiler.h"

#include <algorithm>
#include <cstdio>
#include <map>

namespace edgevlm {
namespace {

struct Total {
  std::string_view name;
  std::int64_t calls = 0;
  std::int64_t ns = 0;
};

double Milliseconds(std::int64_t ns) { return static_cast<double>(ns) / 1e6; }

std::string TableLine(const Total& total, std::size_t name_width, std::int64_t all_ns) {
  char numbers[96];
  const double share =
      all_ns > 0 ? 100.0 * static_cast<double>(total.ns) / static_cast<double>(all_ns) : 0.0;
  std::snprintf(numbers, sizeof(numbers), "  %8lld  %12.3f  %6.1f%%\n",
                static_cast<long long>(total.calls), Milliseconds(total.ns), share);
  std::string line(total.name);
  line.resize(std::max(name_width, line.size()), ' ');
  return line + numbers;
}

// Zone names are plain words and dots; any other character must not break the JSON.
void AppendJsonString(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    const bool plain = static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
    out += plain ? c : '_';
  }
  out += '"';
}

}  // namespace

std::string Profiler::Table() const {
  std::map<std::string_view, Total> by_name;
  std::int64_t all_ns = 0;
  for (const Zone& zone : zones_) {
    Total& total = by_name[zone.name];
    total.name = zone.name;
    ++total.calls;
    total.ns += zone.end_ns - zone.begin_ns;
    if (zone.depth == 0) all_ns += zone.end_ns - zone.begin_ns;
  }
  if (by_name.empty()) return "";

  std::vector<Total> totals;
  std::size_t name_width = 4;
  for (const auto& [name, total] : by_name) {
    totals.push_back(total);
    name_width = std::max(name_width, name.size());
  }
  std::stable_sort(totals.begin(), totals.end(),
                   [](const Total& a, const Total& b) { return a.ns > b.ns; });

  std::string table = "name";
  table.resize(name_width, ' ');
  table += "     calls      total ms    share\n";
  for (const Total& total : totals) table += TableLine(total, name_width, all_ns);
  if (unrecorded_ > 0) table += std::to_string(unrecorded_) + " later zones not recorded\n";
  return table;
}

std::string Profiler::Trace() const {
  std::string json = "{\"traceEvents\":[";
  for (std::size_t i = 0; i < zones_.size(); ++i) {
    const Zone& zone = zones_[i];
    char times[128];
    std::snprintf(times, sizeof(times),
                  ",\"ph\":\"X\",\"pid\":1,\"tid\":1,\"ts\":%.3f,\"dur\":%.3f}",
                  static_cast<double>(zone.begin_ns) / 1e3,
                  static_cast<double>(zone.end_ns - zone.begin_ns) / 1e3);
    json += i == 0 ? "\n{\"name\":" : ",\n{\"name\":";
    AppendJsonString(zone.name, json);
    json += times;
  }
  return json + "\n],\"displayTimeUnit\":\"ms\"}\n";
}

void ProfileZone::StartZone(std::string_view name) {
  name_ = name;
  ++profiler_->depth_;
  begin_ns_ = profiler_->Now();
}

void ProfileZone::EndZone() {
  const std::int64_t end_ns = profiler_->Now();
  const int depth = --profiler_->depth_;
  if (profiler_->zones_.size() >= Profiler::kMaxZones) {
    ++profiler_->unrecorded_;
    return;
  }
  profiler_->zones_.push_back(
      {.name = name_, .begin_ns = begin_ns_, .end_ns = end_ns, .depth = depth});
}

}  // namespace edgevlm
