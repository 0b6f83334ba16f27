// Command: one subcommand of `edgevlm-train`. Adding one means one new file that defines a Command
// and its maker, one maker below, and one line in kMakers (main.cc).
#pragma once

#include <CLI/CLI.hpp>
#include <memory>

#include "base/result.h"

namespace edgevlm::train {

class Command {
 public:
  virtual ~Command() = default;

  // Adds the subcommand with its options, whose values are stored in this object.
  virtual CLI::App* Declare(CLI::App& app) = 0;

  // Threads of each of LibTorch's operations; known once the command line is parsed.
  virtual int operation_threads() const { return 1; }

  // Runs the command after parsing.
  virtual MaybeError Run() = 0;
};

std::unique_ptr<Command> MakeAverageCommand();
std::unique_ptr<Command> MakeBenchCommand();
std::unique_ptr<Command> MakeEvaluateCommand();
std::unique_ptr<Command> MakeExportCommand();
std::unique_ptr<Command> MakeImportCommand();
std::unique_ptr<Command> MakeScenesCommand();
std::unique_ptr<Command> MakeTeachCommand();
std::unique_ptr<Command> MakeTimeCommand();
std::unique_ptr<Command> MakeTrainCommand();

}  // namespace edgevlm::train
