#include "cli/settings.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "config/environment.h"
#include "config/yaml_file.h"

namespace edgevlm {
namespace {

constexpr SettingName kSettings[] = {
    {"model.file", "--model"},
    {"model.mmproj", "--mmproj"},
    {"model.whisper", "--whisper"},
    {"model.chat_template", "--chat-template"},
    {"model.context", "--context"},
    {"model.image_max_tokens", "--image-max-tokens"},
    {"model.image_min_tokens", "--image-min-tokens"},
    {"engine.threads", "--threads"},
    {"engine.decode_threads", "--decode-threads"},
    {"engine.pin", "--pin"},
    {"engine.precision", "--precision"},
    {"optimise.tome", "--tome"},
    {"optimise.keep_tokens", "--keep-tokens"},
    {"optimise.keep_seed", "--keep-seed"},
    {"optimise.cache", "--cache"},
    {"optimise.early_exit", "--early-exit"},
    {"optimise.exit_layers", "--exit-layers"},
    {"optimise.exit_threshold", "--exit-threshold"},
    {"optimise.exit_min_layer", "--exit-min-layer"},
    {"optimise.speculate", "--speculate"},
    {"optimise.draft_tokens", "--draft-tokens"},
    {"optimise.memory_limit", "--memory-limit"},
    {"optimise.temperature_limit", "--temperature-limit"},
    {"optimise.image_cache_mib", "--image-cache-mib"},
    {"optimise.prompt_cache_mib", "--prompt-cache-mib"},
    {"reply.max_tokens", "--max-tokens"},
    {"reply.temperature", "--temperature"},
    {"reply.top_k", "--top-k"},
    {"reply.top_p", "--top-p"},
    {"reply.min_p", "--min-p"},
    {"reply.repetition_penalty", "--repetition-penalty"},
    {"reply.presence_penalty", "--presence-penalty"},
    {"reply.frequency_penalty", "--frequency-penalty"},
    {"reply.seed", "--seed"},
    {"server.host", "--host"},
    {"server.port", "--port"},
    {"server.keys_file", "--keys-file"},
    {"server.cors_origins", "--cors-origins"},
    {"server.host_names", "--host-names"},
    {"server.model_aliases", "--model-aliases"},
    {"server.drain_seconds", "--drain-seconds"},
    {"queue.running", "--running"},
    {"queue.waiting", "--waiting"},
    {"queue.prefill_tokens", "--prefill-tokens"},
    {"limits.request_seconds", "--request-seconds"},
    {"limits.body_mib", "--body-mib"},
    {"limits.pictures", "--pictures"},
    {"limits.picture_megapixels", "--picture-megapixels"},
    {"limits.reply_tokens", "--reply-tokens"},
    {"limits.stored_responses_mib", "--stored-responses-mib"},
    {"limits.connections", "--connections"},
    {"limits.header_kib", "--header-kib"},
    {"limits.header_seconds", "--header-seconds"},
    {"limits.body_seconds", "--body-seconds"},
    {"limits.write_seconds", "--write-seconds"},
    {"limits.idle_seconds", "--idle-seconds"},
    {"remote.domains", "--remote-domains"},
    {"remote.seconds", "--remote-seconds"},
    {"metrics.profile", "--profile"},
    {"metrics.spans_file", "--spans"},
    {"metrics.history_file", "--history-file"},
    {"metrics.history_seconds", "--history-seconds"},
    {"metrics.history_mib", "--history-mib"},
};

constexpr const char* kConfigOption = "--config";

bool IsFlag(const CLI::Option& option) { return option.get_expected_max() == 0; }

// Whether an option is on the command line, or excluded by one that is.
bool IsDecided(const CLI::Option& option) {
  const auto& excluded = option.get_excludes();
  return option.count() > 0 ||
         std::ranges::any_of(excluded, [](const CLI::Option* other) { return other->count() > 0; });
}

void Refuse(const Setting& setting, const std::string& what) {
  throw CLI::ValidationError(setting.where + ": " + setting.key + ": " + what);
}

void Apply(const Setting& setting, CLI::Option& option) {
  const std::vector<std::string>& values = setting.values;
  if (values.empty()) return;
  if (IsFlag(option) && values != std::vector<std::string>{"true"} &&
      values != std::vector<std::string>{"false"}) {
    Refuse(setting, "expected true or false, found " + values.front());
  }
  if (values.size() > 1 && option.get_items_expected_max() == 1) {
    Refuse(setting, "expected one value, found a list");
  }
  try {
    option.add_result(values);
    option.run_callback();
  } catch (const CLI::Error& error) {
    Refuse(setting, error.what());
  }
}

void ApplyAll(const std::vector<Setting>& settings, CLI::App& app) {
  // First collects all options that may be set, so that lists of different sources are not mixed.
  std::vector<std::pair<const Setting*, CLI::Option*>> free;
  for (const Setting& setting : settings) {
    const auto name = std::ranges::find(kSettings, setting.key, &SettingName::key);
    if (name == std::end(kSettings)) {
      throw CLI::ValidationError(setting.where + ": " + setting.key + ": there is no such key");
    }
    CLI::Option* option = app.get_option_no_throw(name->option);
    if (option != nullptr && !IsDecided(*option)) free.emplace_back(&setting, option);
  }
  for (const auto& [setting, option] : free) Apply(*setting, *option);
}

const char* Lookup(const char* name) { return std::getenv(name); }

void ApplyEnvironment(CLI::App& app) {
  std::vector<std::string_view> keys;
  for (const SettingName& setting : kSettings) keys.push_back(setting.key);
  ApplyAll(ReadEnvironment(keys, Lookup), app);
}

void ApplyFile(const std::string& path, CLI::App& app) {
  const auto settings = ReadConfigFile(path);
  if (!settings) throw CLI::ValidationError(settings.error().message);
  ApplyAll(*settings, app);
}

}  // namespace

std::span<const SettingName> SettingNames() { return kSettings; }

void DeclareConfig(CLI::App& app) {
  const CLI::Option* file =
      app.add_option(kConfigOption, "YAML file with settings (see config.yaml)")
          ->type_name("FILE")
          ->envname("EDGEVLM_CONFIG");
  app.parse_complete_callback([&app, file] {
    ApplyEnvironment(app);
    if (file->count() > 0) ApplyFile(file->as<std::string>(), app);
  });
}

}  // namespace edgevlm
