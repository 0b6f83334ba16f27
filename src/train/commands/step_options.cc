#include "train/commands/step_options.h"

#include <map>
#include <string>

#include "train/commands/options.h"

namespace edgevlm::train {
namespace {

std::map<std::string, EncoderSize> EncoderSizesByName() {
  std::map<std::string, EncoderSize> sizes;
  for (const NamedEncoderSize& named : kEncoderSizes) sizes[named.name] = named.size;
  return sizes;
}

}  // namespace

void AddStepOptions(CLI::App* command, TrainOptions& options) {
  AddOption(command, "--batch", options.batch, "Images per step");
  AddOption(command, "--grid-batch", options.grid_batch,
            "More images per step, for the vision encoder alone");
  command->add_option("--picture-side", options.image_side,
                      "Input size of the vision encoder, pixels [10 cells: 160; fine: 240]");
  command
      ->add_option(
          "--vision-encoder", options.encoder,
          "Vision encoder: small, medium, or fine, for larger images on the same grid; the "
          "latter two grow out of the small one of --from")
      ->transform(CLI::CheckedTransformer(EncoderSizesByName()));
  command->add_option("--width", options.width,
                      "Width of the decoder; with --from, a multiple of its width [192]");
  command->add_option("--blocks", options.blocks,
                      "Blocks of the decoder; with --from, not fewer [6]");
  command->add_option("--quantize-aware", options.quantized_as,
                      "Round the decoder's matrices, and their inputs, as after `edgevlm quantize` "
                      "to this type: q8_0, q4_0, ...");
  AddOption(command, "--precision", options.precision,
            "Of the decoder's products in training: f32, or bf16, which is faster on CPUs with "
            "AVX512_BF16");
  command->add_option("--text-tokens", options.text_tokens,
                      "Length of the longest text, with its question, in tokens [88]");
  command->add_option("--vocabulary", options.vocabulary, "Maximum number of tokens [3072]");
  AddOption(command, "--threads", options.threads, "Compute threads");
}

void AddDistilOptions(CLI::App* command, DistilOptions& distil) {
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

}  // namespace edgevlm::train
