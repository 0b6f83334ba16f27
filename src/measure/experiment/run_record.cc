#include "measure/experiment/run_record.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "base/cores.h"
#include "base/cpu.h"
#include "base/cpu_name.h"
#include "base/utc_time.h"
#include "edgevlm/edgevlm.h"
#include "metrics/system.h"

namespace edgevlm {
namespace {

using Json = nlohmann::ordered_json;

std::string FrequencyPolicy() {
  std::ifstream file("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
  std::string policy;
  std::getline(file, policy);
  return policy;
}

}  // namespace

RunRecord RecordMachine() {
  const Result<Isa>& isa = ChooseIsa();
  return {.version = std::string(Version()),
          .compiler = __VERSION__,
          .cpu = CpuName(),
          .instruction_set = isa ? std::string(IsaName(*isa)) : "",
          .frequency_policy = FrequencyPolicy(),
          .threads = DefaultThreads(),
          .temperature_celsius = ReadSystem().temperature_celsius.value_or(0),
          .time = UtcTimeNow()};
}

std::string RunRecordJson(const RunRecord& record) {
  const Json json = {{"spec", record.spec},
                     {"manifest_sha256", record.manifest},
                     {"model", record.model},
                     {"model_sha256", record.model_sha256},
                     {"seed", record.seed},
                     {"items", record.items},
                     {"version", record.version},
                     {"compiler", record.compiler},
                     {"cpu", record.cpu},
                     {"instruction_set", record.instruction_set},
                     {"frequency_policy", record.frequency_policy},
                     {"threads", record.threads},
                     {"temperature_celsius", record.temperature_celsius},
                     {"time", record.time}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<RunRecord> ReadRunRecord(std::string_view text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  try {
    return RunRecord{.spec = json.at("spec").get<std::string>(),
                     .manifest = json.at("manifest_sha256").get<std::string>(),
                     .model = json.at("model").get<std::string>(),
                     .model_sha256 = json.at("model_sha256").get<std::string>(),
                     .seed = json.at("seed").get<std::uint64_t>(),
                     .items = json.at("items").get<int>(),
                     .version = json.at("version").get<std::string>(),
                     .compiler = json.at("compiler").get<std::string>(),
                     .cpu = json.at("cpu").get<std::string>(),
                     .instruction_set = json.at("instruction_set").get<std::string>(),
                     .frequency_policy = json.at("frequency_policy").get<std::string>(),
                     .threads = json.at("threads").get<int>(),
                     .temperature_celsius = json.at("temperature_celsius").get<double>(),
                     .time = json.at("time").get<std::string>()};
  } catch (const Json::exception& wrong) {
    return Error{
        ErrorCode::kCorrupt,
        std::string("expected the record of an experiment, found another text: ") + wrong.what()};
  }
}

MaybeError CheckSameRun(const RunRecord& before, const RunRecord& now) {
  const auto differs = [](std::string_view what) {
    return Error{ErrorCode::kInvalid,
                 "expected samples of the same experiment, found those with "
                 "another " +
                     std::string(what)};
  };
  if (before.spec != now.spec) return differs("spec");
  if (before.manifest != now.manifest) return differs("manifest");
  if (before.model_sha256 != now.model_sha256) return differs("model");
  if (before.seed != now.seed) return differs("seed");
  if (before.items != now.items) return differs("number of items");
  if (before.cpu != now.cpu || before.instruction_set != now.instruction_set) {
    return differs("machine");
  }
  return {};
}

}  // namespace edgevlm
