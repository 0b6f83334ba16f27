// edgevlm-train train and evaluate: a run and its score.
#include <map>
#include <string>

#include "train/commands/command.h"
#include "train/commands/options.h"
#include "train/commands/step_options.h"
#include "train/loop/trainer.h"

namespace edgevlm::train {
namespace {

const std::map<std::string, Stage> kStages = {{"all", Stage::kSchedule},
                                              {"encoder", Stage::kEncoder},
                                              {"language", Stage::kLanguage},
                                              {"joint", Stage::kJoint}};

void AddTrainOptions(CLI::App* command, TrainOptions& options) {
  command->add_option("--out", options.out, "Folder of the run: checkpoints, log, vocabulary")
      ->required();
  command->add_option("--from", options.from,
                      "Start a new run from the weights, the size and the vocabulary of this run");
  command->add_flag("--relearn-vocabulary", options.relearn_vocabulary,
                    "Learn the vocabulary anew instead, and carry over what both share");
  AddOption(command, "--minutes", options.minutes, "Length of the whole run, over all sessions");
  AddOption(command, "--steps", options.steps, "Length of the run in steps instead; 0: --minutes");
  AddOption(command, "--eye-part", options.vision_encoder_part,
            "Fraction of it, at the start, in which only the vision encoder learns");
  AddOption(command, "--blind-part", options.blind_part,
            "Fraction after that in which only the decoder learns");
  AddStepOptions(command, options);
  command
      ->add_option("--exits", options.exits,
                   "Early exits of the decoder, after so many blocks: 2,4")
      ->delimiter(',');
  AddOption(
      command, "--instruments", options.instruments,
      "Of the scenes with many looks: how many have a clock, a gauge, a bar chart or a traffic "
      "light where there is space");
  AddOption(command, "--rate", options.rate, "Peak learning rate");
  AddOption(command, "--eye-rate", options.vision_encoder_rate,
            "The same for the vision encoder while it learns alone");
  AddOption(command, "--seed", options.seed, "Seed of weights and scenes");
  command->add_flag("--keep-names", options.keeps_names,
                    "Keep the image tokens readable for the decoder of --from meanwhile");
  AddGlyphFiles(command, options.glyphs);
  AddOption(command, "--loaders", options.loaders, "Threads that draw images");
  AddOption(command, "--checkpoint-minutes", options.checkpoint_minutes,
            "Time between checkpoints");
  AddOption(command, "--evaluate-pictures", options.evaluate_images,
            "Held-out images of the final evaluation");
  command
      ->add_option("--stage", options.stage,
                   "What learns in this run: encoder, language (projector and decoder), joint; "
                   "all: one after the other")
      ->transform(CLI::CheckedTransformer(kStages));
  AddDistilOptions(command, options.distil);
}

// Both take the same options: evaluate is given those that a run was trained with.
class RunCommand final : public Command {
 public:
  using Action = MaybeError (*)(const TrainOptions& options);

  RunCommand(const char* name, const char* text, Action action)
      : name_(name), text_(text), action_(action) {}

  CLI::App* Declare(CLI::App& app) override {
    CLI::App* command = app.add_subcommand(name_, text_);
    AddTrainOptions(command, options_);
    return command;
  }
  MaybeError Run() override { return action_(options_); }

 private:
  const char* name_;
  const char* text_;
  const Action action_;
  TrainOptions options_;
};

}  // namespace

std::unique_ptr<Command> MakeTrainCommand() {
  return std::make_unique<RunCommand>("train", "Train a model, or resume a run", Train);
}
std::unique_ptr<Command> MakeEvaluateCommand() {
  return std::make_unique<RunCommand>("evaluate", "Evaluate the checkpoint of a run", EvaluateRun);
}

}  // namespace edgevlm::train
