// edgevlm-train: renders scenes, trains the built-in model on them, and exports it to GGUF.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "base/cores.h"
#include "base/mapped_file.h"
#include "base/output_file.h"
#include "train/dataset/write_scenes.h"
#include "train/export/export.h"
#include "train/export/import.h"
#include "train/loop/average.h"
#include "train/loop/process.h"
#include "train/loop/trainer.h"
#include "train/torchscript/module.h"
#include "train/torchscript/time.h"

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
  command->add_option("--quantize-aware", options.quantized_as,
                      "Round the decoder's matrices, and their inputs, as after `edgevlm quantize` "
                      "to this type: q8_0, q4_0, ...");
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

struct ExportOptions {
  std::string run;
  std::string path;
  std::string name = "EdgeVLM TinyLLaVA";
  bool as_torchscript = false;
  bool replaces = false;
};

CLI::App* AddExport(CLI::App& app, ExportOptions& options) {
  CLI::App* save = app.add_subcommand("export", "Write the checkpoint of a run as a GGUF file");
  save->add_option("--run", options.run, "Folder of the run")->required();
  save->add_option("path", options.path, "The file")->required();
  save->add_flag("--torchscript", options.as_torchscript,
                 "A frozen TorchScript module in float32 instead (docs/formats.md)");
  Add(save, "--name", options.name, "The model's name");
  save->add_flag("--force", options.replaces, "Replace an existing file");
  return save;
}

MaybeError Export(const ExportOptions& options) {
  const auto existing = options.replaces ? edgevlm::Existing::kReplaced : edgevlm::Existing::kKept;
  if (options.as_torchscript) {
    return edgevlm::train::ExportTorchScript(options.run, options.path, existing);
  }
  return edgevlm::train::Export(options.run, options.path, options.name, existing);
}

struct TimeOptions {
  std::string path;
  std::string image;
  std::string out = "/dev/stdout";
  int threads = edgevlm::DefaultThreads();
  int max_tokens = 128;
  int repetitions = 5;
};

CLI::App* AddTime(CLI::App& app, TimeOptions& options) {
  CLI::App* time = app.add_subcommand(
      "time", "Time a TorchScript file on an image, for `edgevlm bench --torchscript`");
  time->add_option("path", options.path, "A file that export --torchscript wrote")->required();
  time->add_option("image", options.image, "An image file")->required();
  Add(time, "--out", options.out, "Where the JSON object goes");
  Add(time, "--threads", options.threads, "Compute threads");
  Add(time, "--max-tokens", options.max_tokens, "Of the caption");
  Add(time, "--repetitions", options.repetitions, "How often each test runs");
  return time;
}

// An error is written to the same place: `edgevlm bench` reads nothing else.
MaybeError Time(const TimeOptions& options) {
  const auto measure = [&]() -> edgevlm::Result<std::string> {
    const auto image = edgevlm::MappedFile::Open(options.image);
    if (!image) return image.error();
    const auto times = edgevlm::train::TimeTorchScript(
        options.path, image->bytes(), options.threads, options.max_tokens, options.repetitions);
    if (!times) return times.error();
    return TimesJson(*times);
  };
  const auto times = measure();
  std::ofstream(options.out) << (times ? *times
                                       : nlohmann::json{{"error", times.error().message}}.dump())
                             << "\n";
  if (!times) return times.error();
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Trains EdgeVLM's built-in model on scenes that it draws itself.\n\n"
      "  edgevlm-train scenes --out look --count 48      images, labels, a contact sheet\n"
      "  edgevlm-train train --out run --minutes 120     train, or resume a run\n"
      "  edgevlm-train export --run run model.gguf       write the engine's file\n"
      "  edgevlm-train export --run run --torchscript model.pt   for LibTorch and PyTorch\n"
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

  ExportOptions exported;
  CLI::App* save = AddExport(app, exported);

  edgevlm::train::ImportOptions back;
  CLI::App* import = app.add_subcommand("import", "Make a run from a GGUF file, for train --from");
  import->add_option("path", back.path, "A GGUF file that export wrote")->required();
  import->add_option("--out", back.out, "Folder of the run")->required();
  AddGlyphFiles(import, back.glyphs);

  edgevlm::train::AverageOptions mean;
  CLI::App* average = AddAverage(app, mean);
  TimeOptions timed;
  CLI::App* time = AddTime(app, timed);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kWrongUsage;
  }

  edgevlm::train::PrepareProcess(argv, time->parsed() ? timed.threads : 1);
  MaybeError error;
  if (draw->parsed()) {
    scenes.split = held_out ? Split::kHeldOut : Split::kTrain;
    error = edgevlm::train::WriteScenes(scenes);
  }
  if (train->parsed()) error = edgevlm::train::Train(options);
  if (evaluate->parsed()) error = edgevlm::train::EvaluateRun(options);
  if (save->parsed()) error = Export(exported);
  if (time->parsed()) error = Time(timed);
  if (import->parsed()) error = edgevlm::train::Import(back);
  if (average->parsed()) error = edgevlm::train::Average(mean);
  if (!error) return 0;
  std::fprintf(stderr, "edgevlm-train: %s\n", error->message.c_str());
  return kFailed;
}
