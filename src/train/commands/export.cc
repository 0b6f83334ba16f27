// edgevlm-train export: writes a run for other programs.
#include "train/export/export.h"

#include <string>

#include "train/commands/command.h"
#include "train/commands/options.h"
#include "train/torchscript/module.h"

namespace edgevlm::train {
namespace {

class ExportCommand final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* save = app.add_subcommand("export", "Write the checkpoint of a run as a GGUF file");
    save->add_option("--run", run_, "Folder of the run")->required();
    save->add_option("path", path_, "The file")->required();
    CLI::Option* torchscript =
        save->add_flag("--torchscript", as_torchscript_,
                       "A frozen TorchScript module in float32 instead (docs/formats.md)");
    AddOption(save, "--name", options_.name, "The model's name");
    AddOption(save, "--temperature", options_.temperature,
              "Divide the logits by this, for probabilities that hold")
        ->excludes(torchscript);
    save->add_flag("--force", replaces_, "Replace an existing file");
    return save;
  }

  MaybeError Run() override {
    options_.existing = replaces_ ? Existing::kReplaced : Existing::kKept;
    if (as_torchscript_) return ExportTorchScript(run_, path_, options_.existing);
    return Export(run_, path_, options_);
  }

 private:
  std::string run_;
  std::string path_;
  ExportOptions options_ = {.name = "EdgeVLM TinyLLaVA"};
  bool as_torchscript_ = false;
  bool replaces_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeExportCommand() { return std::make_unique<ExportCommand>(); }

}  // namespace edgevlm::train
