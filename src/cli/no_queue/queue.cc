// edgevlm worker and --queue, in a build without NATS (EDGEVLM_FLEET=OFF).
#include "cli/command.h"
#include "cli/output.h"
#include "cli/queue_options.h"

namespace edgevlm {
namespace {

Error NoQueue() { return {ErrorCode::kUnsupported, "--queue: this build has no queue"}; }

class NoWorkerCommand final : public Command {
 public:
  void Declare(CLI::App& app) override { app.allow_extras(); }
  ExitCode Run(Output&) override { return Fail(NoQueue()); }
};

}  // namespace

std::unique_ptr<Command> MakeWorkerCommand() { return std::make_unique<NoWorkerCommand>(); }

Result<BatchReport> RunBatchByQueue(const QueueBatch&, const std::vector<std::string>&,
                                    const BatchOptions&, const BatchCalls&) {
  return NoQueue();
}

Result<std::string> FleetStatusOf(const QueueOptions&, bool) { return NoQueue(); }

}  // namespace edgevlm
