// edgevlm transcribe, in a build without sound (EDGEVLM_AUDIO=OFF).
#include "cli/command.h"
#include "cli/output.h"

namespace edgevlm {
namespace {

class NoTranscribeCommand final : public Command {
 public:
  void Declare(CLI::App& app) override { app.allow_extras(); }
  ExitCode Run(Output&) override {
    return Fail({ErrorCode::kUnsupported, "transcribe: this build reads no sound"});
  }
};

}  // namespace

std::unique_ptr<Command> MakeTranscribeCommand() { return std::make_unique<NoTranscribeCommand>(); }

}  // namespace edgevlm
