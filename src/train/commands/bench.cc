// edgevlm-train bench: the speed of training, and how much of the machine it uses.
#include <cstdio>

#include "train/commands/command.h"
#include "train/commands/options.h"
#include "train/commands/step_options.h"
#include "train/speed/measure_training.h"

namespace edgevlm::train {
namespace {

constexpr double kMaxSeconds = 600;

class BenchCommand final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* bench = app.add_subcommand(
        "bench", "Measure images per second of training, and the share of the float32 limit");
    AddStepOptions(bench, options_.train);
    AddOption(bench, "--seconds", options_.seconds, "Length of each measurement, at least");
    AddOption(bench, "--seed", options_.train.seed, "Seed of weights and scenes");
    bench->add_flag("--json", json_, "Print one JSON object");
    AddGlyphFiles(bench, options_.train.glyphs);
    AddDistilOptions(bench, options_.train.distil);
    return bench;
  }

  MaybeError Run() override {
    options_.train.out = "-";  // nothing is written
    if (auto error = Validate(options_.train)) return error;
    if (!(options_.seconds > 0 && options_.seconds <= kMaxSeconds)) {
      return Error{ErrorCode::kInvalid, "--seconds: expected more than 0, up to 600, found " +
                                            std::to_string(options_.seconds)};
    }
    const Result<TrainingSpeed> speed = MeasureTraining(options_);
    if (!speed) return speed.error();
    std::fputs(json_ ? (SpeedJson(*speed) + "\n").c_str() : SpeedTable(*speed).c_str(), stdout);
    return std::nullopt;
  }

 private:
  SpeedOptions options_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeBenchCommand() { return std::make_unique<BenchCommand>(); }

}  // namespace edgevlm::train
