// edgevlm-train: renders scenes, trains the built-in model and students of other models, and
// exports them to GGUF.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "train/dataset/write_scenes.h"
#include "train/export/export.h"
#include "train/export/import.h"
#include "train/loop/average.h"
#include "train/loop/process.h"
#include "train/loop/trainer.h"
#include "train/teach/teach.h"

namespace {

using edgevlm::MaybeError;
using edgevlm::train::SceneOptions;
using edgevlm::train::Split;
using edgevlm::train::Stage;
using edgevlm::train::TeachOptions;
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

const std::map<std::string, Stage> kStages = {{"all", Stage::kSchedule},
                                              {"encoder", Stage::kEncoder},
                                              {"language", Stage::kLanguage},
                                              {"joint", Stage::kJoint}};

void AddDistilOptions(CLI::App* command, TrainOptions& options) {
  edgevlm::train::DistilOptions& distil = options.distil;
  command
      ->add_option("--stage", options.stage,
                   "What learns in this run: encoder, language (projector and decoder), joint; "
                   "all: one after the other")
      ->transform(CLI::CheckedTransformer(kStages));
  command->add_option("--teacher-outputs", distil.teacher_outputs,
                      "Learn from the images and outputs that teach wrote to this folder");
  command->add_option("--data", distil.data, "Where the images of --teacher-outputs lie now");
  Add(command, "--distil-features", distil.features,
      "Weight of the loss on the vision encoder's features; 0: off");
  command->add_flag("--distil-features-mse", distil.features_mse,
                    "Compare features by squared differences instead of cosines");
  Add(command, "--distil-relations", distil.relations,
      "Weight of the loss on how alike images are");
  Add(command, "--distil-logits", distil.logits, "Weight of the loss on logits of replies");
  Add(command, "--distil-visual-logits", distil.visual_logits,
      "Weight of the loss on logits at image tokens");
  Add(command, "--distil-visual-relations", distil.visual_relations,
      "Weight of the loss on how alike image tokens are");
  Add(command, "--distil-temperature", distil.temperature, "Temperature of the losses on logits");
  Add(command, "--supervised", distil.supervised, "Weight of all losses on labels");
}

CLI::App* AddTeach(CLI::App& app, TeachOptions& options, std::vector<std::string>& kept) {
  CLI::App* teach = app.add_subcommand(
      "teach", "Run a model once over a data set and store what students learn from");
  teach->add_option("--teacher", options.teacher, "The model, a GGUF file")->required();
  teach->add_option("--mmproj", options.mmproj, "The GGUF file of its vision encoder");
  teach
      ->add_option("--data", options.data,
                   "scenes:SEED:COUNT, a folder of images, a manifest (.csv), or COCO captions or "
                   "LLaVA conversations (.json)")
      ->required();
  teach->add_option("--out", options.out, "The folder of the outputs; the same one continues")
      ->required();
  Add(teach, "--part", options.part, "N/COUNT: do this part of the work, for several machines");
  Add(teach, "--texts", options.texts, "Maximum number of texts per image");
  Add(teach, "--top-k", options.top_k, "Tokens kept of each distribution");
  Add(teach, "--shard", options.shard, "Images per file: at most so many are lost by a kill");
  teach
      ->add_option("--keep", kept,
                   "What is stored, of features, projected, logits, visual, attention (default: "
                   "all but attention)")
      ->delimiter(',')
      ->check(CLI::IsMember({"features", "projected", "logits", "visual", "attention"}));
  teach->add_flag("--self-instruct", options.self_instruct,
                  "Keep the teacher's own answers, where all samples agree, instead of the labels");
  Add(teach, "--samples", options.samples, "Samples of each own answer");
  Add(teach, "--temperature", options.temperature, "Temperature of these samples");
  Add(teach, "--max-tokens", options.max_tokens, "Maximum length of an own answer");
  Add(teach, "--threads", options.threads, "Compute threads; 0: one per core");
  AddGlyphFiles(teach, options.glyphs);
  return teach;
}

// kept: of --keep; empty: the defaults.
void ChooseKept(const std::vector<std::string>& kept, TeachOptions& options) {
  if (kept.empty()) return;
  const auto has = [&](const char* name) {
    return std::find(kept.begin(), kept.end(), name) != kept.end();
  };
  options.features = has("features");
  options.projected = has("projected");
  options.logits = has("logits");
  options.visual = has("visual");
  options.attention = has("attention");
}

void AddTrainOptions(CLI::App* command, TrainOptions& options) {
  command->add_option("--out", options.out, "Folder of the run: checkpoints, log, vocabulary")
      ->required();
  command->add_option("--from", options.from,
                      "Start a new run from the weights and vocabulary of this run");
  command->add_flag("--relearn-vocabulary", options.relearn_vocabulary,
                    "Learn the vocabulary anew instead, and carry over what both share");
  Add(command, "--minutes", options.minutes, "Length of the whole run, over all sessions");
  Add(command, "--steps", options.steps, "Length of the run in steps instead; 0: --minutes");
  Add(command, "--eye-part", options.vision_encoder_part,
      "Fraction of it, at the start, in which only the vision encoder learns");
  Add(command, "--blind-part", options.blind_part,
      "Fraction after that in which only the decoder learns");
  Add(command, "--batch", options.batch, "Images per step");
  Add(command, "--grid-batch", options.grid_batch,
      "More images per step, for the vision encoder alone");
  Add(command, "--picture-side", options.image_side, "Input size of the vision encoder, pixels");
  Add(command, "--width", options.width, "Width of the decoder");
  Add(command, "--blocks", options.blocks, "Blocks of the decoder");
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
  AddDistilOptions(command, options);
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

struct ExportOptions {
  std::string run;
  std::string path;
  std::string name = "EdgeVLM TinyLLaVA";
  bool replaces = false;
};

CLI::App* AddExport(CLI::App& app, ExportOptions& options) {
  CLI::App* save = app.add_subcommand("export", "Write the checkpoint of a run as a GGUF file");
  save->add_option("--run", options.run, "Folder of the run")->required();
  save->add_option("path", options.path, "The GGUF file")->required();
  Add(save, "--name", options.name, "The model's name");
  save->add_flag("--force", options.replaces, "Replace an existing file");
  return save;
}

MaybeError Export(const ExportOptions& options) {
  const auto existing = options.replaces ? edgevlm::Existing::kReplaced : edgevlm::Existing::kKept;
  return edgevlm::train::Export(options.run, options.path, options.name, existing);
}

CLI::App* AddImport(CLI::App& app, edgevlm::train::ImportOptions& options) {
  CLI::App* import = app.add_subcommand("import", "Make a run from a GGUF file, for train --from");
  import->add_option("path", options.path, "A GGUF file that export wrote")->required();
  import->add_option("--out", options.out, "Folder of the run")->required();
  AddGlyphFiles(import, options.glyphs);
  return import;
}

}  // namespace

int main(int argc, char** argv) {
  edgevlm::train::PrepareProcess(argv);
  CLI::App app(
      "Trains EdgeVLM's built-in model on scenes that it draws itself, and students of other "
      "models.\n\n"
      "  edgevlm-train scenes --out look --count 48      images, labels, a contact sheet\n"
      "  edgevlm-train train --out run --minutes 120     train, or resume a run\n"
      "  edgevlm-train export --run run model.gguf       write the engine's file\n"
      "  edgevlm-train import --out old model.gguf       the reverse; then train --from old\n"
      "  edgevlm-train teach --teacher model.gguf --data scenes:1:10000 --out taught\n"
      "                                                  what train --teacher-outputs learns from",
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

  TeachOptions teach_options;
  std::vector<std::string> kept;
  CLI::App* teach = AddTeach(app, teach_options, kept);

  ExportOptions export_options;
  CLI::App* save = AddExport(app, export_options);

  edgevlm::train::ImportOptions import_options;
  CLI::App* import = AddImport(app, import_options);

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
  ChooseKept(kept, teach_options);
  if (teach->parsed()) error = edgevlm::train::Teach(teach_options);
  if (train->parsed()) error = edgevlm::train::Train(options);
  if (evaluate->parsed()) error = edgevlm::train::EvaluateRun(options);
  if (save->parsed()) error = Export(export_options);
  if (import->parsed()) error = edgevlm::train::Import(import_options);
  if (average->parsed()) error = edgevlm::train::Average(mean);
  if (!error) return 0;
  std::fprintf(stderr, "edgevlm-train: %s\n", error->message.c_str());
  return kFailed;
}
