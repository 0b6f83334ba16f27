// edgevlm serve and edgevlm bench serve, in a build without the server (EDGEVLM_SERVER=OFF).
#include "cli/command.h"
#include "cli/output.h"

namespace edgevlm {
namespace {

class NoServeCommand final : public Command {
 public:
  void Declare(CLI::App& app) override { app.allow_extras(); }
  ExitCode Run(Output&) override {
    return Fail({ErrorCode::kUnsupported, "serve: this build has no server"});
  }
};

}  // namespace

std::unique_ptr<Command> MakeBenchServeCommand() { return std::make_unique<NoServeCommand>(); }
std::unique_ptr<Command> MakeServeCommand() { return std::make_unique<NoServeCommand>(); }

}  // namespace edgevlm
