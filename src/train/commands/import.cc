// edgevlm-train import: makes a run of a GGUF file.
#include "train/export/import.h"

#include "train/commands/command.h"
#include "train/commands/options.h"

namespace edgevlm::train {
namespace {

class ImportCommand final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* import =
        app.add_subcommand("import", "Make a run from a GGUF file, for train --from");
    import->add_option("path", options_.path, "A GGUF file that export wrote")->required();
    import->add_option("--out", options_.out, "Folder of the run")->required();
    AddGlyphFiles(import, options_.glyphs);
    return import;
  }

  MaybeError Run() override { return Import(options_); }

 private:
  ImportOptions options_;
};

}  // namespace

std::unique_ptr<Command> MakeImportCommand() { return std::make_unique<ImportCommand>(); }

}  // namespace edgevlm::train
