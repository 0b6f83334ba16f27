// edgevlm-train: renders scenes, trains the built-in model and students of other models, and
// exports them.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <utility>
#include <vector>

#include "train/commands/command.h"
#include "train/loop/process.h"

namespace {

using edgevlm::MaybeError;
using edgevlm::train::Command;

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

// In the order of the help.
constexpr std::unique_ptr<Command> (*kMakers[])() = {
    edgevlm::train::MakeScenesCommand,   edgevlm::train::MakeTrainCommand,
    edgevlm::train::MakeEvaluateCommand, edgevlm::train::MakeTeachCommand,
    edgevlm::train::MakeExportCommand,   edgevlm::train::MakeImportCommand,
    edgevlm::train::MakeAverageCommand,  edgevlm::train::MakeTimeCommand,
    edgevlm::train::MakeBenchCommand};

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Trains EdgeVLM's built-in model on scenes that it draws itself, and students of other "
      "models.\n\n"
      "  edgevlm-train scenes --out look --count 48      images, labels, a contact sheet\n"
      "  edgevlm-train train --out run --minutes 120     train, or resume a run\n"
      "  edgevlm-train export --run run model.gguf       write the engine's file\n"
      "  edgevlm-train export --run run --torchscript model.pt   for LibTorch and PyTorch\n"
      "  edgevlm-train import --out old model.gguf       the reverse; then train --from old\n"
      "  edgevlm-train teach --teacher model.gguf --data scenes:1:10000 --out taught\n"
      "                                                  what train --teacher-outputs learns from",
      "edgevlm-train");
  app.require_subcommand(1);
  std::vector<std::pair<CLI::App*, std::unique_ptr<Command>>> commands;
  for (const auto& make : kMakers) {
    std::unique_ptr<Command> command = make();
    CLI::App* declared = command->Declare(app);
    commands.emplace_back(declared, std::move(command));
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kWrongUsage;
  }
  for (const auto& [declared, command] : commands) {
    if (!declared->parsed()) continue;
    edgevlm::train::PrepareProcess(argv, command->operation_threads());
    if (const MaybeError error = command->Run()) {
      std::fprintf(stderr, "edgevlm-train: %s\n", error->message.c_str());
      return kFailed;
    }
  }
  return 0;
}
