// Command: one subcommand of `edgevlm`. Adding one means one new file that defines a Command and
// its maker, one maker below, and one line in kCommands (main.cc).
#pragma once

#include <CLI/CLI.hpp>
#include <memory>

namespace edgevlm {

class Output;

// Exit codes.
enum class ExitCode {
  kDone = 0,
  kFailed = 1,  // the operation failed; one line on standard error says why
  kUsage = 2,   // the command line was wrong; likewise
};

class Command {
 public:
  virtual ~Command() = default;

  // Adds the command's options to its part of the command line. Their values are stored in the
  // command, which outlives `app`'s parsing.
  virtual void Declare(CLI::App& app) = 0;

  // Runs the command after parsing. Results go to `output`, all else to standard error.
  virtual ExitCode Run(Output& output) = 0;
};

std::unique_ptr<Command> MakeAskCommand();
std::unique_ptr<Command> MakeBatchCommand();
std::unique_ptr<Command> MakeBenchCommand();
std::unique_ptr<Command> MakeBenchRunCommand();    // subcommand of bench
std::unique_ptr<Command> MakeBenchServeCommand();  // likewise
std::unique_ptr<Command> MakeCaptionCommand();
std::unique_ptr<Command> MakeChatCommand();
std::unique_ptr<Command> MakeConvertCommand();
std::unique_ptr<Command> MakeDatasetsCommand();
std::unique_ptr<Command> MakeDumpCommand();
std::unique_ptr<Command> MakeEvalCommand();
std::unique_ptr<Command> MakeFleetCommand();
std::unique_ptr<Command> MakeInfoCommand();
std::unique_ptr<Command> MakeInspectCommand();
std::unique_ptr<Command> MakeModelsCommand();
std::unique_ptr<Command> MakeProfileCommand();
std::unique_ptr<Command> MakeImatrixCommand();
std::unique_ptr<Command> MakeQuantizeCommand();
std::unique_ptr<Command> MakeSearchCommand();
std::unique_ptr<Command> MakeServeCommand();
std::unique_ptr<Command> MakeTokenizeCommand();
std::unique_ptr<Command> MakeTranscribeCommand();
std::unique_ptr<Command> MakeWatchCommand();
std::unique_ptr<Command> MakeWorkerCommand();

}  // namespace edgevlm
