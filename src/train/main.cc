// edgevlm-train: renders scenes, trains the built-in model on them, and exports it to GGUF.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <string>

#include "train/dataset/write_scenes.h"
#include "train/export/export.h"
#include "train/export/import.h"
#include "train/loop/average.h"
#include "train/loop/process.h"
#include "train/loop/trainer.h"

namespace {

using edgevlm::MaybeError;
using edgevlm::train::SceneOptions;
using edgevlm::train::Split;
using edgevlm::train::TrainOptions;

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

// Adds an option whose default is shown in the help.
template <class T>
void Add(CLI::App* command, const char* name, T& value, const char* text) {
  command->add_option(name, value, text)->capture_default_str();
}

void AddGlyphFiles(CLI::App* command, edgevlm::train::GlyphFiles& files) {
  Add(command, "--font", files.font, "Noto Color Emoji");
  command->add_option("--styles", files.styles,
                      "Folder of other emoji styles (tools/fetch_emoji_styles.py); with it, "
                      "displays, backgrounds and cameras are of more kinds too");
  command->add_option("--photographs", files.photographs,
                      "Folder of photographs without nameable things, for some backgrounds");
}

void AddTrainOptions(CLI::App* command, TrainOptions& options) {
  command->add_option("--out", options.out, "Folder of the run: checkpoints, log, vocabulary")
      ->required();
  command->add_option("--from", options.from,
                      "Start a new run from the weights and vocabulary of this run");
  command->add_flag("--relearn-vocabulary", options.relearn_vocabulary,
                    "Learn the vocabulary anew instead, and carry over what both share");
  Add(command, "--minutes", options.minutes, "Length of the whole run, over all sessions");
  Add(command, "--eye-part", options.vision_encoder_part,
      "Fraction of it, at the start, in which only the vision encoder learns");
  Add(command, "--blind-part", options.blind_part,
      "Fraction after that in which only the decoder learns");
  Add(command, "--batch", options.batch, "Images per step");
  Add(command, "--grid-batch", options.grid_batch,
      "More images per step, for the vision encoder alone");
  Add(command, "--picture-side", options.image_side, "Input size of the vision encoder, pixels");
  Add(command, "--width", options.width, "Width of the decoder");
  command
      ->add_option("--exits", options.exits,
                   "Early exits of the decoder, after so many blocks: 2,4")
      ->delimiter(',');
  Add(command, "--vocabulary", options.vocabulary, "Maximum number of tokens");
  Add(command, "--rate", options.rate, "Peak learning rate");
  Add(command, "--eye-rate", options.vision_encoder_rate,
      "The same for the vision encoder while it learns alone");
  Add(command, "--seed", options.seed, "Seed of weights and scenes");
  command->add_flag("--keep-names", options.keeps_names,
                    "Keep the image tokens readable for the decoder of --from meanwhile");
  AddGlyphFiles(command, options.glyphs);
  Add(command, "--threads", options.threads, "Compute threads");
  Add(command, "--loaders", options.loaders, "Threads that draw images");
  Add(command, "--checkpoint-minutes", options.checkpoint_minutes, "Time between checkpoints");
  Add(command, "--evaluate-pictures", options.evaluate_images,
      "Held-out images of the final evaluation");
}

using edgevlm::train::Wording;
const std::map<std::string, Wording> kWordings = {
    {"plain", Wording::kPlain}, {"trained", Wording::kTrained}, {"held-out", Wording::kHeldOut}};

CLI::App* AddScenes(CLI::App& app, SceneOptions& scenes, bool& held_out) {
  CLI::App* draw = app.add_subcommand("scenes", "Write images and labels to a folder");
  draw->add_option("--out", scenes.out, "The folder")->required();
  Add(draw, "--count", scenes.count, "Number of images");
  Add(draw, "--captions", scenes.captions, "Maximum number of captions per image");
  Add(draw, "--questions", scenes.questions, "Maximum number of questions per image");
  Add(draw, "--seed", scenes.seed, "Seed");
  Add(draw, "--things", scenes.max_things, "Maximum number of things per image");
  AddGlyphFiles(draw, scenes.glyphs);
  draw->add_option("--wording", scenes.wording,
                   "How questions are asked: plain (as for the first model), trained, held-out")
      ->transform(CLI::CheckedTransformer(kWordings));
  draw->add_flag("--held-out", held_out,
                 "Half of the scenes with combinations that never occur in training");
  return draw;
}

CLI::App* AddAverage(CLI::App& app, edgevlm::train::AverageOptions& mean) {
  CLI::App* average =
      app.add_subcommand("average", "Make a run by interpolating the weights of two runs");
  average->add_option("first", mean.first, "Folder of a run")->required();
  average->add_option("second", mean.second, "Folder of a run that started from it")->required();
  average->add_option("--out", mean.out, "Folder of the new run")->required();
  Add(average, "--share", mean.weight, "Weight of the second run");
  return average;
}

}  // namespace

int main(int argc, char** argv) {
  edgevlm::train::PrepareProcess(argv);
  CLI::App app(
      "Trains EdgeVLM's built-in model on scenes that it draws itself.\n\n"
      "  edgevlm-train scenes --out look --count 48      images, labels, a contact sheet\n"
      "  edgevlm-train train --out run --minutes 120     train, or resume a run\n"
      "  edgevlm-train export --run run model.gguf       write the engine's file\n"
      "  edgevlm-train import --out old model.gguf       the reverse; then train --from old",
      "edgevlm-train");
  app.require_subcommand(1);

  SceneOptions scenes;
  bool held_out = false;
  CLI::App* draw = AddScenes(app, scenes, held_out);

  TrainOptions options;
  CLI::App* train = app.add_subcommand("train", "Train a model, or resume a run");
  AddTrainOptions(train, options);
  CLI::App* evaluate = app.add_subcommand("evaluate", "Evaluate the checkpoint of a run");
  AddTrainOptions(evaluate, options);

  std::string run, path, name = "EdgeVLM TinyLLaVA";
  CLI::App* save = app.add_subcommand("export", "Write the checkpoint of a run as a GGUF file");
  save->add_option("--run", run, "Folder of the run")->required();
  save->add_option("path", path, "The GGUF file")->required();
  Add(save, "--name", name, "The model's name");
  bool replaces = false;
  save->add_flag("--force", replaces, "Replace an existing file");

  edgevlm::train::ImportOptions back;
  CLI::App* import = app.add_subcommand("import", "Make a run from a GGUF file, for train --from");
  import->add_option("path", back.path, "A GGUF file that export wrote")->required();
  import->add_option("--out", back.out, "Folder of the run")->required();
  AddGlyphFiles(import, back.glyphs);

  edgevlm::train::AverageOptions mean;
  CLI::App* average = AddAverage(app, mean);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kWrongUsage;
  }

  MaybeError error;
  if (draw->parsed()) {
    scenes.split = held_out ? Split::kHeldOut : Split::kTrain;
    error = edgevlm::train::WriteScenes(scenes);
  }
  if (train->parsed()) error = edgevlm::train::Train(options);
  if (evaluate->parsed()) error = edgevlm::train::EvaluateRun(options);
  const auto existing = replaces ? edgevlm::Existing::kReplaced : edgevlm::Existing::kKept;
  if (save->parsed()) error = edgevlm::train::Export(run, path, name, existing);
  if (import->parsed()) error = edgevlm::train::Import(back);
  if (average->parsed()) error = edgevlm::train::Average(mean);
  if (!error) return 0;
  std::fprintf(stderr, "edgevlm-train: %s\n", error->message.c_str());
  return kFailed;
}
