#include "fleet/fleet_status.h"

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace edgevlm {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr int kStatusVersion = 1;
constexpr double kMostSeconds = 1e9;  // more are as good as unknown

std::string Dump(const ordered_json& object) {
  return object.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

ordered_json ToJson(const WorkerStatus& status) {
  return {{"name", status.name},
          {"model", status.model},
          {"state", status.state},
          {"done", status.done},
          {"failed", status.failed},
          {"holding", status.holding},
          {"images_per_second", status.per_second}};
}

ordered_json ToJson(const BatchStatus& status) {
  return {{"name", status.name},     {"model", status.model},
          {"images", status.images}, {"done", status.done},
          {"failed", status.failed}, {"images_per_second", status.per_second}};
}

template <class Status>
std::string TextWithKind(const Status& status, const char* kind) {
  ordered_json object = {{"version", kStatusVersion}, {"kind", kind}};
  object.update(ToJson(status));
  return Dump(object);
}

bool Read(const json& object, const char* name, std::string& to) {
  const auto member = object.find(name);
  if (member == object.end() || !member->is_string()) return false;
  to = member->get<std::string>();
  return true;
}

bool Read(const json& object, const char* name, std::int64_t& to) {
  const auto member = object.find(name);
  if (member == object.end() || !member->is_number_integer()) return false;
  to = member->get<std::int64_t>();
  return to >= 0;
}

bool Read(const json& object, const char* name, double& to) {
  const auto member = object.find(name);
  if (member == object.end() || !member->is_number()) return false;
  to = member->get<double>();
  return to >= 0;
}

bool Read(const json& object, WorkerStatus& to) {
  return Read(object, "name", to.name) && Read(object, "model", to.model) &&
         Read(object, "state", to.state) && Read(object, "done", to.done) &&
         Read(object, "failed", to.failed) && Read(object, "holding", to.holding) &&
         Read(object, "images_per_second", to.per_second);
}

bool Read(const json& object, BatchStatus& to) {
  return Read(object, "name", to.name) && Read(object, "model", to.model) &&
         Read(object, "images", to.images) && Read(object, "done", to.done) &&
         Read(object, "failed", to.failed) && Read(object, "images_per_second", to.per_second);
}

// False: not a status of this version.
bool Add(const json& object, FleetStatus& to) {
  if (!object.is_object() || object.value("version", json()) != kStatusVersion) return false;
  const json kind = object.value("kind", json());
  if (kind == "worker") return Read(object, to.workers.emplace_back());
  if (kind == "batch") return Read(object, to.batches.emplace_back());
  return false;
}

double Total(const FleetStatus& status) {
  double sum = 0;
  for (const WorkerStatus& worker : status.workers) sum += worker.per_second;
  return sum;
}

}  // namespace

std::string StatusText(const WorkerStatus& status) { return TextWithKind(status, "worker"); }
std::string StatusText(const BatchStatus& status) { return TextWithKind(status, "batch"); }

FleetStatus ReadStatuses(const std::vector<std::string>& texts) {
  FleetStatus status;
  for (const std::string& text : texts) {
    const std::size_t workers = status.workers.size();
    const std::size_t batches = status.batches.size();
    if (Add(json::parse(text, nullptr, false), status)) continue;
    ++status.unreadable;
    status.workers.resize(workers);
    status.batches.resize(batches);
  }
  std::ranges::sort(status.workers, {}, &WorkerStatus::name);
  std::ranges::sort(status.batches, {}, &BatchStatus::name);
  return status;
}

double SecondsLeft(const BatchStatus& batch) {
  const double left = static_cast<double>(batch.images) - static_cast<double>(batch.done) -
                      static_cast<double>(batch.failed);
  if (left <= 0) return 0;
  const double seconds = left / batch.per_second;
  return seconds < kMostSeconds ? seconds : -1;
}

std::string FleetStatusJson(const FleetStatus& status) {
  ordered_json object = {{"workers", ordered_json::array()},
                         {"batches", ordered_json::array()},
                         {"images_per_second", Total(status)},
                         {"unreadable", status.unreadable}};
  for (const WorkerStatus& worker : status.workers) object["workers"].push_back(ToJson(worker));
  for (const BatchStatus& batch : status.batches) {
    ordered_json entry = ToJson(batch);
    const double left = SecondsLeft(batch);
    entry["seconds_left"] = left < 0 ? ordered_json() : ordered_json(left);
    object["batches"].push_back(std::move(entry));
  }
  return Dump(object) + "\n";
}

std::string FleetStatusLines(const FleetStatus& status) {
  const auto rate = [](double per_second) {
    std::array<char, 32> text;
    std::snprintf(text.data(), text.size(), "%.1f a second", std::min(per_second, kMostSeconds));
    return std::string(text.data());
  };
  std::string lines;
  for (const BatchStatus& batch : status.batches) {
    lines += "batch " + batch.name + ": " + std::to_string(batch.done) + "/" +
             std::to_string(batch.images) + " images, " + rate(batch.per_second);
    const double left = SecondsLeft(batch);
    if (left >= 0) lines += ", " + ClockText(left) + " left";
    if (batch.failed > 0) lines += ", " + std::to_string(batch.failed) + " failed";
    lines += "\n";
  }
  for (const WorkerStatus& worker : status.workers) {
    lines += "worker " + worker.name + ": " + worker.state + ", " + rate(worker.per_second) + ", " +
             std::to_string(worker.done) + " done";
    if (worker.failed > 0) lines += ", " + std::to_string(worker.failed) + " failed";
    lines += "\n";
  }
  if (status.unreadable > 0) {
    lines += std::to_string(status.unreadable) + " statuses of another version\n";
  }
  lines += std::to_string(status.workers.size()) +
           (status.workers.size() == 1 ? " worker, " : " workers, ") + rate(Total(status)) + "\n";
  return lines;
}

std::string ClockText(double seconds) {
  const auto time = static_cast<std::int64_t>(seconds + 0.5);
  std::array<char, 48> text;
  std::snprintf(text.data(), text.size(), "%" PRId64 ":%02" PRId64 ":%02" PRId64, time / 3600,
                time / 60 % 60, time % 60);
  return text.data();
}

}  // namespace edgevlm
