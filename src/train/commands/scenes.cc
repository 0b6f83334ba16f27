// edgevlm-train scenes: draws images with labels.
#include <map>
#include <string>

#include "train/commands/command.h"
#include "train/commands/options.h"
#include "train/dataset/write_scenes.h"

namespace edgevlm::train {
namespace {

const std::map<std::string, Wording> kWordings = {
    {"plain", Wording::kPlain}, {"trained", Wording::kTrained}, {"held-out", Wording::kHeldOut}};

class ScenesCommand final : public Command {
 public:
  CLI::App* Declare(CLI::App& app) override {
    CLI::App* draw = app.add_subcommand("scenes", "Write images and labels to a folder");
    draw->add_option("--out", options_.out, "The folder")->required();
    AddOption(draw, "--count", options_.count, "Number of images");
    AddOption(draw, "--captions", options_.captions, "Maximum number of captions per image");
    AddOption(draw, "--questions", options_.questions, "Maximum number of questions per image");
    AddOption(draw, "--seed", options_.seed, "Seed");
    AddOption(draw, "--things", options_.max_things, "Maximum number of things per image");
    AddGlyphFiles(draw, options_.glyphs);
    draw->add_option("--wording", options_.wording,
                     "How questions are asked: plain (as for the first model), trained, held-out")
        ->transform(CLI::CheckedTransformer(kWordings));
    draw->add_flag("--instruments", options_.instruments,
                   "With a clock, a gauge, a bar chart or a traffic light where there is space");
    draw->add_flag("--displays", options_.displays,
                   "With a display where there is space, its digits as small as in training");
    draw->add_flag("--held-out", held_out_,
                   "Half of the scenes with combinations that never occur in training");
    return draw;
  }

  MaybeError Run() override {
    options_.split = held_out_ ? Split::kHeldOut : Split::kTrain;
    return WriteScenes(options_);
  }

 private:
  SceneOptions options_;
  bool held_out_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeScenesCommand() { return std::make_unique<ScenesCommand>(); }

}  // namespace edgevlm::train
