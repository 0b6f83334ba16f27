// WatchReport: where the lines of `edgevlm watch` go.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/result.h"
#include "cli/output.h"
#include "cli/watch/home_assistant.h"
#include "cli/watch/mqtt_client.h"

namespace edgevlm {

struct ReportOptions {
  std::string exec;      // a command for each line
  std::string webhook;   // an address that each line is posted to
  std::string mqtt_url;  // a broker

  void Declare(CLI::App& app);
};

// Failures are lines on standard error: the next line may be reported again. Threads: one.
class WatchReport {
 public:
  // prefix: of the broker's topics where the URL has none. Errors: kInvalid (the URL).
  static Result<std::unique_ptr<WatchReport>> Make(const ReportOptions& options,
                                                   const std::string& prefix);

  // Connects to the broker, if there is one. camera: below whose name it publishes, as what is a
  // device of its own; empty: there is one source. Does nothing the second time. Errors:
  // kUnsupported, kIo.
  MaybeError Connect(const WatchedSource& watched, const std::string& camera = {});

  // Prints the line and sends it everywhere. False: it cannot be printed any more.
  bool Send(const nlohmann::json& object, Output& output, const std::string& camera = {});

  // Whether what is watched is there.
  void SetOnline(bool is_online);

  // Waits until the broker has everything, for some seconds at most.
  void Finish();

 private:
  WatchReport(const ReportOptions& options, std::optional<MqttTarget> target)
      : options_(options), target_(std::move(target)) {}

  const ReportOptions options_;
  const std::optional<MqttTarget> target_;
  bool is_online_ = true;
  std::map<std::string, std::unique_ptr<MqttClient>> clients_;  // by camera
};

}  // namespace edgevlm
