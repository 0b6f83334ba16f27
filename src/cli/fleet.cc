// edgevlm fleet: several devices (docs/fleet.md).
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/queue_options.h"
#include "fleet/haproxy_config.h"

namespace edgevlm {
namespace {

class FleetCommand final : public Command {
 public:
  void Declare(CLI::App& app) override {
    app.require_subcommand(1);
    config_ = app.add_subcommand("config", "Write a configuration of HAProxy for several servers");
    config_->add_option("HOSTS", hosts_, "HOST or HOST:PORT of each `edgevlm serve`")
        ->required()
        ->type_name("");
    config_->add_option("--port", haproxy_.port, "where clients connect")
        ->type_name("PORT")
        ->capture_default_str()
        ->check(CLI::Range(1, 65535).description(""));
    config_->add_option("--running", haproxy_.running, "as serve's: requests of a device at a time")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(1, 256).description(""));
    config_->add_option("--queue-seconds", haproxy_.queue_seconds, "that a request waits at most")
        ->type_name("N")
        ->capture_default_str()
        ->check(CLI::Range(1, 3600).description(""));
    status_ = app.add_subcommand("status", "Show workers and batches of a queue");
    DeclareQueue(*status_, queue_);
    DeclareJson(*status_, json_);
    app.footer(
        "Examples:\n"
        "  edgevlm fleet config edge1 edge2:8080 > /etc/haproxy/haproxy.cfg\n"
        "  edgevlm fleet status --queue nats://broker:4222");
  }

  ExitCode Run(Output& output) override {
    if (config_->parsed()) return Config(output);
    if (queue_.url.empty()) {
      return Fail({ErrorCode::kInvalid, "--queue: expected the URL of a broker, found none"});
    }
    if (auto error = CheckQueue(queue_)) return Fail(*error);
    const Result<std::string> status = FleetStatusOf(queue_, json_);
    if (!status) return Fail(status.error());
    output.Print(PrintableText(*status));
    return ExitCode::kDone;
  }

 private:
  ExitCode Config(Output& output) {
    if (hosts_.size() > kMaxFleetHosts) {
      return Fail({ErrorCode::kTooLarge, "HOSTS: expected at most " +
                                             std::to_string(kMaxFleetHosts) + ", found " +
                                             std::to_string(hosts_.size())});
    }
    for (const std::string& text : hosts_) {
      const auto host = ParseFleetHost(text);
      if (!host) return Fail(host.error());
      haproxy_.hosts.push_back(*host);
    }
    output.Print(HaproxyConfig(haproxy_));
    return ExitCode::kDone;
  }

  CLI::App* config_ = nullptr;
  CLI::App* status_ = nullptr;
  std::vector<std::string> hosts_;
  HaproxyOptions haproxy_;
  QueueOptions queue_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeFleetCommand() { return std::make_unique<FleetCommand>(); }

}  // namespace edgevlm
