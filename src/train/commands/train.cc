// edgevlm-train train and evaluate: a run and its score.
#include <map>
#include <string>

#include "train/commands/command.h"
#include "train/commands/options.h"
#include "train/loop/trainer.h"

namespace edgevlm::train {
namespace {

const std::map<std::string, Stage> kStages = {{"all", Stage::kSchedule},
                                              {"encoder", Stage::kEncoder},
                                              {"language", Stage::kLanguage},
                                              {"joint", Stage::kJoint}};

void AddDistilOptions(CLI::App* command, TrainOptions& options) {
  DistilOptions& distil = options.distil;
  command
      ->add_option("--stage", options.stage,
                   "What learns in this run: encoder, language (projector and decoder), joint; "
                   "all: one after the other")
      ->transform(CLI::CheckedTransformer(kStages));
  command->add_option("--teacher-outputs", distil.teacher_outputs,
                      "Learn from the images and outputs that teach wrote to this folder");
  command->add_option("--data", distil.data, "Where the images of --teacher-outputs lie now");
  AddOption(command, "--distil-features", distil.features,
            "Weight of the loss on the vision encoder's features; 0: off");
  command->add_flag("--distil-features-mse", distil.features_mse,
                    "Compare features by squared differences instead of cosines");
  AddOption(command, "--distil-relations", distil.relations,
            "Weight of the loss on how alike images are");
  AddOption(command, "--distil-logits", distil.logits, "Weight of the loss on logits of replies");
  AddOption(command, "--distil-visual-logits", distil.visual_logits,
            "Weight of the loss on logits at image tokens");
  AddOption(command, "--distil-visual-relations", distil.visual_relations,
            "Weight of the loss on how alike image tokens are");
  AddOption(command, "--distil-temperature", distil.temperature,
            "Temperature of the losses on logits");
  AddOption(command, "--supervised", distil.supervised, "Weight of all losses on labels");
}

void AddTrainOptions(CLI::App* command, TrainOptions& options) {
  command->add_option("--out", options.out, "Folder of the run: checkpoints, log, vocabulary")
      ->required();
  command->add_option("--from", options.from,
                      "Start a new run from the weights and vocabulary of this run");
  command->add_flag("--relearn-vocabulary", options.relearn_vocabulary,
                    "Learn the vocabulary anew instead, and carry over what both share");
  AddOption(command, "--minutes", options.minutes, "Length of the whole run, over all sessions");
  AddOption(command, "--steps", options.steps, "Length of the run in steps instead; 0: --minutes");
  AddOption(command, "--eye-part", options.vision_encoder_part,
            "Fraction of it, at the start, in which only the vision encoder learns");
  AddOption(command, "--blind-part", options.blind_part,
            "Fraction after that in which only the decoder learns");
  AddOption(command, "--batch", options.batch, "Images per step");
  AddOption(command, "--grid-batch", options.grid_batch,
            "More images per step, for the vision encoder alone");
  AddOption(command, "--picture-side", options.image_side,
            "Input size of the vision encoder, pixels");
  AddOption(command, "--width", options.width, "Width of the decoder");
  AddOption(command, "--blocks", options.blocks, "Blocks of the decoder");
  command
      ->add_option("--exits", options.exits,
                   "Early exits of the decoder, after so many blocks: 2,4")
      ->delimiter(',');
  command->add_option("--quantize-aware", options.quantized_as,
                      "Round the decoder's matrices, and their inputs, as after `edgevlm quantize` "
                      "to this type: q8_0, q4_0, ...");
  AddOption(command, "--vocabulary", options.vocabulary, "Maximum number of tokens");
  AddOption(command, "--rate", options.rate, "Peak learning rate");
  AddOption(command, "--eye-rate", options.vision_encoder_rate,
            "The same for the vision encoder while it learns alone");
  AddOption(command, "--seed", options.seed, "Seed of weights and scenes");
  command->add_flag("--keep-names", options.keeps_names,
                    "Keep the image tokens readable for the decoder of --from meanwhile");
  AddGlyphFiles(command, options.glyphs);
  AddOption(command, "--threads", options.threads, "Compute threads");
  AddOption(command, "--loaders", options.loaders, "Threads that draw images");
  AddOption(command, "--checkpoint-minutes", options.checkpoint_minutes,
            "Time between checkpoints");
  AddOption(command, "--evaluate-pictures", options.evaluate_images,
            "Held-out images of the final evaluation");
  AddDistilOptions(command, options);
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
