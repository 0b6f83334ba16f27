// Reads a profile from its JSON.
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "edgevlm/profiler.h"
#include "profile/json_format.h"

namespace edgevlm {
namespace {

using nlohmann::json;

constexpr int kMaxDepth = 64;  // of modules inside modules
constexpr std::size_t kMaxBytes = 512ull << 20;

// Reads fields, and remembers the first that is missing or wrong.
class FieldReader {
 public:
  const std::optional<std::string>& error() const { return error_; }

  const json& Object(const json& in, const char* key) {
    return Field(in, key, &json::is_object, "an object");
  }
  const json& Array(const json& in, const char* key) {
    return Field(in, key, &json::is_array, "a list");
  }
  std::string Text(const json& in, const char* key) {
    const json& field = Field(in, key, &json::is_string, "a text");
    return field.is_string() ? field.get<std::string>() : "";
  }
  double Number(const json& in, const char* key) {
    return NumberOf(Field(in, key, &json::is_number, "a number"), key);
  }
  std::int64_t Count(const json& in, const char* key) {
    const double number = Number(in, key);
    if (number >= 0 && number < 9e15) return static_cast<std::int64_t>(number);
    Fail(key, "a count", std::to_string(number));
    return 0;
  }
  int Int(const json& in, const char* key) {
    const std::int64_t count = Count(in, key);
    if (count <= std::numeric_limits<int>::max()) return static_cast<int>(count);
    Fail(key, "at most 2147483647", std::to_string(count));
    return 0;
  }
  std::vector<double> Numbers(const json& in, const char* key) {
    std::vector<double> numbers;
    for (const json& element : Array(in, key)) numbers.push_back(NumberOf(element, key));
    return numbers;
  }
  double NumberOf(const json& value, const char* key) {
    if (value.is_number()) return value.get<double>();
    Fail(key, "a number", value.type_name());
    return 0;
  }
  void Fail(const char* key, const std::string& expected, const std::string& found) {
    if (error_) return;
    error_ = "profile: " + std::string(key) + ": expected " + expected + ", found " + found;
  }

 private:
  const json& Field(const json& in, const char* key, bool (json::*is)() const noexcept,
                    const char* expected) {
    static const json kNone;
    const auto found = in.is_object() ? in.find(key) : in.end();
    if (!in.is_object() || found == in.end()) {
      Fail(key, expected, "none");
      return kNone;
    }
    if (!((*found).*is)()) {
      Fail(key, expected, found->type_name());
      return kNone;
    }
    return *found;
  }

  std::optional<std::string> error_;
};

std::array<double, kArithmetics> ByArithmetic(const json& in) {
  std::array<double, kArithmetics> values = {};
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto found = in.find(ArithmeticName(static_cast<Arithmetic>(i)));
    if (found != in.end() && found->is_number()) values[i] = found->get<double>();
  }
  return values;
}

std::vector<ModuleProfile> ReadModules(const json& list, int depth, FieldReader& reader) {
  std::vector<ModuleProfile> modules;
  if (depth > kMaxDepth) {
    reader.Fail("children", "at most 64 levels", "more");
    return modules;
  }
  for (const json& each : list) {
    const json& own = reader.Object(each, "own_work");
    modules.push_back(
        {.name = reader.Text(each, "name"),
         .calls = reader.Count(each, "calls"),
         .self_ms = reader.Number(each, "self_ms"),
         .total_ms = reader.Number(each, "total_ms"),
         .samples_ms = reader.Numbers(each, "samples_ms"),
         .flop = own.is_object() ? ByArithmetic(own) : std::array<double, kArithmetics>{},
         .bytes = reader.Number(own, "bytes"),
         .allocated_bytes = reader.Number(each, "allocated_bytes"),
         .peak_bytes = reader.Number(each, "peak_bytes"),
         .modules = ReadModules(reader.Array(each, "children"), depth + 1, reader)});
    if (reader.error()) break;
  }
  return modules;
}

Profile::Machine ReadMachine(const json& in, FieldReader& reader) {
  const json& limits = reader.Object(in, "limits");
  Profile::Machine machine{.cpu = reader.Text(in, "cpu"),
                           .threads = reader.Int(in, "threads"),
                           .instruction_set = reader.Text(in, "instruction_set")};
  if (limits.is_object() && limits.contains("memory")) {
    machine.limits = {.gflops = ByArithmetic(limits), .gbytes = reader.Number(limits, "memory")};
  }
  return machine;
}

Profile::Model ReadModel(const json& in, FieldReader& reader) {
  return {.name = reader.Text(in, "name"),
          .architecture = reader.Text(in, "architecture"),
          .vision_encoder = reader.Text(in, "vision_encoder"),
          .projector = reader.Text(in, "projector"),
          .parameters = reader.Count(in, "parameters"),
          .file_bytes = reader.Count(in, "file_bytes")};
}

Profile::Request ReadRequest(const json& in, FieldReader& reader) {
  Profile::Request request{.question = reader.Text(in, "question"),
                           .reply = reader.Text(in, "reply"),
                           .image_tokens = reader.Int(in, "image_tokens"),
                           .prompt_tokens = reader.Int(in, "prompt_tokens"),
                           .reply_tokens = reader.Int(in, "reply_tokens")};
  for (const json& image : reader.Array(in, "images")) {
    if (image.is_string()) request.images.push_back(image.get<std::string>());
  }
  return request;
}

std::vector<RunTimings> ReadRuns(const json& list, FieldReader& reader) {
  std::vector<RunTimings> runs;
  for (const json& run : list) {
    runs.push_back({.e2e = reader.Number(run, "e2e_ms"),
                    .ttft = reader.Number(run, "ttft_ms"),
                    .tpot = reader.Number(run, "tpot_ms"),
                    .image_decode = reader.Number(run, "image_decode_ms"),
                    .preprocess = reader.Number(run, "preprocess_ms"),
                    .encoder_forward = reader.Number(run, "encoder_forward_ms"),
                    .prefill = reader.Number(run, "prefill_ms"),
                    .decode = reader.Number(run, "decode_ms")});
  }
  return runs;
}

ProfileTimeline ReadTimeline(const json& in, FieldReader& reader) {
  ProfileTimeline timeline{.dropped = reader.Count(in, "dropped")};
  for (const json& name : reader.Array(in, "names")) {
    timeline.names.push_back(name.is_string() ? name.get<std::string>() : "");
  }
  for (const json& thread : reader.Array(in, "threads")) {
    timeline.threads.push_back(thread.is_string() ? thread.get<std::string>() : "");
  }
  for (const json& event : reader.Array(in, "events")) {
    double fields[4] = {};
    for (std::size_t i = 0; i < 4 && event.is_array() && event.size() == 4; ++i) {
      fields[i] = reader.NumberOf(event[i], "events");
    }
    const bool fits = event.is_array() && event.size() == 4 && fields[0] >= 0 && fields[1] >= 0 &&
                      fields[0] < static_cast<double>(timeline.names.size()) &&
                      fields[1] < static_cast<double>(timeline.threads.size());
    if (!fits) {
      reader.Fail("events", "a name, a thread, a begin and a duration", event.dump().substr(0, 40));
      break;
    }
    timeline.events.push_back({.name = static_cast<std::int32_t>(fields[0]),
                               .thread = static_cast<std::int32_t>(fields[1]),
                               .begin_us = fields[2],
                               .duration_us = fields[3]});
  }
  return timeline;
}

std::vector<ProfileCounter> ReadCounters(const json& list, FieldReader& reader) {
  std::vector<ProfileCounter> counters;
  for (const json& each : list) {
    ProfileCounter counter{.name = reader.Text(each, "name"), .unit = reader.Text(each, "unit")};
    for (const json& sample : reader.Array(each, "samples")) {
      if (!sample.is_array() || sample.size() != 2) {
        reader.Fail("samples", "a time and a value", sample.type_name());
        break;
      }
      counter.samples.push_back({.us = reader.NumberOf(sample[0], "samples"),
                                 .value = reader.NumberOf(sample[1], "samples")});
    }
    counters.push_back(std::move(counter));
  }
  return counters;
}

}  // namespace

Result<Profile> ReadProfile(std::string_view text) {
  if (text.size() > kMaxBytes) {
    return Error{ErrorCode::kTooLarge, "profile: expected at most 512 MB, found more"};
  }
  const json all = json::parse(text, nullptr, false);
  if (!all.is_object()) {
    return Error{ErrorCode::kCorrupt, "profile: expected a JSON object, found none"};
  }
  FieldReader reader;
  const std::string format = reader.Text(all, "format");
  if (!reader.error() && format != kProfileFormat) {
    reader.Fail("format", "\"" + std::string(kProfileFormat) + "\"", "\"" + format + "\"");
  }
  const int version = reader.Int(all, "version");
  if (reader.error()) return Error{ErrorCode::kCorrupt, *reader.error()};
  if (version != kProfileVersion) {
    return Error{ErrorCode::kUnsupported, "profile: version: expected " +
                                              std::to_string(kProfileVersion) + ", found " +
                                              std::to_string(version)};
  }
  Profile profile{.machine = ReadMachine(reader.Object(all, "machine"), reader),
                  .model = ReadModel(reader.Object(all, "model"), reader),
                  .request = ReadRequest(reader.Object(all, "request"), reader),
                  .runs = ReadRuns(reader.Array(all, "runs"), reader),
                  .modules = ReadModules(reader.Array(all, "modules"), 0, reader),
                  .timeline = ReadTimeline(reader.Object(all, "timeline"), reader),
                  .counters = ReadCounters(reader.Array(all, "counters"), reader)};
  const json& cost = reader.Object(all, "cost");
  profile.cost = {.zones = reader.Count(cost, "zones"),
                  .ns_per_zone = reader.Number(cost, "ns_per_zone")};
  if (all.contains("summed_requests")) {
    profile.summed_requests = reader.Count(all, "summed_requests");
  }
  if (reader.error()) return Error{ErrorCode::kCorrupt, *reader.error()};
  return profile;
}

}  // namespace edgevlm
