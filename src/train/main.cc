// edgevlm-train: renders scenes, trains the built-in model on them, exports it to GGUF.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "train/loop/trainer.h"

namespace {

using edgevlm::train::TrainOptions;

void AddTrainOptions(CLI::App& command, TrainOptions& options) {
  command.add_option("--out", options.out, "Folder of the run")->required();
  command.add_option("--minutes", options.minutes, "Length of the whole run")
      ->capture_default_str();
  command.add_option("--eye-part", options.eye_part, "Share for the eye alone")
      ->capture_default_str();
  command.add_option("--blind-part", options.blind_part, "Share for the decoder alone")
      ->capture_default_str();
  command.add_option("--batch", options.batch, "Pictures per step")->capture_default_str();
  command.add_option("--picture-side", options.picture_side, "Pixels")->capture_default_str();
  command.add_option("--width", options.width, "Width of the decoder")->capture_default_str();
  command.add_option("--vocabulary", options.vocabulary, "Tokens")->capture_default_str();
  command.add_option("--rate", options.rate, "Peak learning rate")->capture_default_str();
  command.add_option("--eye-rate", options.eye_rate, "The same for the eye")->capture_default_str();
  command.add_option("--seed", options.seed, "Seed of the run")->capture_default_str();
  command.add_option("--font", options.font, "Noto Color Emoji")->capture_default_str();
  command.add_option("--threads", options.threads, "Threads of LibTorch")->capture_default_str();
  command.add_option("--loaders", options.loaders, "Threads that draw")->capture_default_str();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Trains EdgeVLM's built-in model.", "edgevlm-train");
  app.require_subcommand(1);
  TrainOptions options;
  CLI::App* train = app.add_subcommand("train", "Train, or go on with a run");
  AddTrainOptions(*train, options);
  CLI::App* evaluate = app.add_subcommand("evaluate", "Evaluate a run's checkpoint");
  AddTrainOptions(*evaluate, options);
  CLI11_PARSE(app, argc, argv);
  const edgevlm::MaybeError error =
      train->parsed() ? edgevlm::train::Train(options) : edgevlm::train::EvaluateRun(options);
  if (!error) return 0;
  std::fprintf(stderr, "edgevlm-train: %s\n", error->message.c_str());
  return 1;
}
