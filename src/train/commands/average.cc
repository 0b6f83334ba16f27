// edgevlm-train average: interpolates between two runs.
#include "train/loop/average.h"

#include "train/commands/command.h"
#include "train/commands/options.h"

namespace edgevlm::train {
namespace {

class AverageCommand final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* average =
        app.add_subcommand("average", "Make a run by interpolating the weights of two runs");
    average->add_option("first", options_.first, "Folder of a run")->required();
    average->add_option("second", options_.second, "Folder of a run that started from it")
        ->required();
    average->add_option("--out", options_.out, "Folder of the new run")->required();
    AddOption(average, "--share", options_.weight, "Weight of the second run");
    return average;
  }

  MaybeError Run() override { return Average(options_); }

 private:
  AverageOptions options_;
};

}  // namespace

std::unique_ptr<Command> MakeAverageCommand() { return std::make_unique<AverageCommand>(); }

}  // namespace edgevlm::train
