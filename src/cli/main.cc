// The edgevlm command: runs the subcommand and turns its result into an exit code.
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "base/cpu.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/output.h"

namespace edgevlm {
namespace {

struct CommandEntry {
  const char* name;
  const char* summary;
  std::unique_ptr<Command> (*make)();
};

constexpr CommandEntry kCommands[] = {
    {"caption", "Say what images and videos show", MakeCaptionCommand},
    {"ask", "Answer a question about an image or a video", MakeAskCommand},
    {"batch", "Say what many images show", MakeBatchCommand},
    {"worker", "Process images of batches from a queue", MakeWorkerCommand},
    {"fleet", "Configure and show several devices", MakeFleetCommand},
    {"search", "Find images by what a batch said", MakeSearchCommand},
    {"chat", "Talk about images in the terminal", MakeChatCommand},
    {"transcribe", "Write down what is said in recordings", MakeTranscribeCommand},
    {"watch", "Say what a stream shows while it runs", MakeWatchCommand},
    {"serve", "Answer over HTTP", MakeServeCommand},
    {"info", "Show the version, this machine and the model", MakeInfoCommand},
    {"bench", "Measure the speed of a model on this machine", MakeBenchCommand},
    {"profile", "Show where the time goes for an image", MakeProfileCommand},
    {"eval", "Score a model on labeled images or a text", MakeEvalCommand},
    {"datasets", "Write manifests of data sets, published or drawn", MakeDatasetsCommand},
    {"inspect", "List the keys and tensors of a GGUF file", MakeInspectCommand},
    {"convert", "Turn a model of Hugging Face into GGUF files", MakeConvertCommand},
    {"models", "List, download, check and remove published models", MakeModelsCommand},
    {"imatrix", "Measure which weights matter, for quantize", MakeImatrixCommand},
    {"quantize", "Write a model in fewer bits", MakeQuantizeCommand},
    {"tokenize", "Turn a text into token ids, or back", MakeTokenizeCommand},
    {"dump", "Write embeddings and logits, to check a conversion", MakeDumpCommand},
};

// CLI11's messages may have several lines; our errors have one.
std::string OneLine(std::string text) {
  for (char& c : text) {
    if (c == '\n') c = ' ';
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

ExitCode RunCommandLine(int argc, char** argv, Output& output) {
  if (argc == 1) {
    std::fputs(FirstSteps().c_str(), stderr);
    return ExitCode::kUsage;
  }
  CLI::App app("EdgeVLM looks at an image and says what is there, on the CPU.", "edgevlm");
  app.set_version_flag("--version", std::string(Version()));
  app.require_subcommand(1);
  app.footer("`edgevlm COMMAND --help` shows a command's options and examples.");
  std::vector<std::pair<CLI::App*, std::unique_ptr<Command>>> commands;
  for (const CommandEntry& entry : kCommands) {
    CLI::App* command_app = app.add_subcommand(entry.name, entry.summary);
    commands.emplace_back(command_app, entry.make());
    commands.back().second->Declare(*command_app);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {  // --help, --version
      app.exit(error);
      return ExitCode::kDone;
    }
    const std::vector<CLI::App*> given = app.get_subcommands();
    const std::string command = given.empty() ? "" : " " + given.front()->get_name();
    PrintError(OneLine(error.what()) + " (see edgevlm" + command + " --help)");
    return ExitCode::kUsage;
  }
  if (const auto& isa = ChooseIsa(); !isa) return Fail(isa.error());
  for (const auto& [command_app, command] : commands) {
    if (command_app->parsed()) return command->Run(output);
  }
  return ExitCode::kUsage;
}

// The stack grows when it is first touched, and where memory is limited (ulimit -v) that ends in a
// crash instead of an error. So it grows to what kernels need while there still is memory.
[[gnu::noinline]] void GrowStack() {
  constexpr std::size_t kBytes = 768 << 10, kPage = 4096;
  [[maybe_unused]] volatile char stack[kBytes];
  for (std::size_t i = kBytes; i > 0; i -= kPage) stack[i - 1] = 0;
}

}  // namespace
}  // namespace edgevlm

int main(int argc, char** argv) {
  edgevlm::GrowStack();
  // A closed pipe is reported as a failed write instead (output.h).
  std::signal(SIGPIPE, SIG_IGN);
  try {
    edgevlm::Output output;
    return static_cast<int>(output.Close(edgevlm::RunCommandLine(argc, argv, output)));
  } catch (const std::bad_alloc&) {
    edgevlm::PrintError("memory: expected enough for this work, found none left");
    return static_cast<int>(edgevlm::ExitCode::kFailed);
  } catch (const std::exception& error) {
    edgevlm::PrintError(error.what());
    return static_cast<int>(edgevlm::ExitCode::kFailed);
  }
}
