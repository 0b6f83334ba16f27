#include "cli/watch/watch_report.h"

#include <utility>

#include "catalog/http.h"
#include "cli/watch/run_command.h"

namespace edgevlm {
namespace {

constexpr int kExecTimeoutMs = 10'000;

}  // namespace

void ReportOptions::Declare(CLI::App& app) {
  app.add_option("--exec", exec, "run a command for each line, which it gets as its input")
      ->type_name("COMMAND");
  app.add_option("--webhook", webhook, "post each line to this address")->type_name("URL");
  if (HasMqtt()) {
    app.add_option("--mqtt", mqtt_url,
                   "publish each line to a broker: mqtt://[USER:PASSWORD@]HOST[:PORT][/PREFIX]\n"
                   "or mqtts://; Home Assistant finds it there")
        ->envname("EDGEVLM_MQTT")
        ->type_name("URL");
  }
}

Result<std::unique_ptr<WatchReport>> WatchReport::Make(const ReportOptions& options,
                                                       const std::string& prefix) {
  std::optional<MqttTarget> target;
  if (!options.mqtt_url.empty()) {
    Result<MqttTarget> parsed = ParseMqttUrl(options.mqtt_url, "--mqtt", prefix);
    if (!parsed) return parsed.error();
    target = *std::move(parsed);
  }
  return std::unique_ptr<WatchReport>(new WatchReport(options, std::move(target)));
}

MaybeError WatchReport::Connect(const WatchedSource& watched, const std::string& camera) {
  if (!target_ || clients_.contains(camera)) return std::nullopt;
  MqttTarget target = *target_;
  if (!camera.empty()) target.prefix += "/" + camera;
  auto client = MakeMqttClient(target, watched, PrintError);
  if (!client) return client.error();
  (*client)->SetOnline(is_online_);
  clients_[camera] = *std::move(client);
  return std::nullopt;
}

bool WatchReport::Send(const nlohmann::json& object, Output& output, const std::string& camera) {
  if (!output.PrintJson(object)) return false;
  const std::string line = object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (const auto client = clients_.find(camera); client != clients_.end()) {
    client->second->PublishState(line);
  }
  if (!options_.exec.empty()) {
    const auto error = RunCommand(options_.exec, line + "\n", kExecTimeoutMs);
    if (error) PrintError(error->message);
  }
  if (!options_.webhook.empty()) {
    const auto error = PostJson(options_.webhook, line + "\n");
    if (error) PrintError("--webhook: " + error->message);
  }
  return true;
}

void WatchReport::SetOnline(bool is_online) {
  is_online_ = is_online;
  for (const auto& [camera, client] : clients_) client->SetOnline(is_online);
}

void WatchReport::Finish() {
  for (const auto& [camera, client] : clients_) client->Finish();
}

}  // namespace edgevlm
