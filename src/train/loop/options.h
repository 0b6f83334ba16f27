// TrainOptions: the configuration of a training run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "train/distil/distil_options.h"
#include "train/model/vision_encoder.h"
#include "train/scenes/compose.h"
#include "train/scenes/glyphs.h"

namespace edgevlm::train {

struct TrainOptions {
  std::string out;  // folder for checkpoints, log and vocabulary
  GlyphFiles glyphs;
  std::string from;  // folder of a run from which a new run takes weights, shape and vocabulary
  // Whether the new run learns a vocabulary of its own from today's texts; what it shares with the
  // old one keeps its embeddings.
  bool relearn_vocabulary = false;
  double minutes = 120;    // of the whole run, over all its sessions; the schedule follows it
  std::int64_t steps = 0;  // greater than 0: the run ends after so many steps instead
  // Fraction of that time, at the start, in which the vision encoder learns from the grid heads
  // alone.
  double vision_encoder_part = 0.3;
  // Whether image tokens must go on predicting the names of their things in that phase, so that a
  // decoder that was trained before can still read them.
  bool keeps_names = false;
  // Fraction after that in which only the decoder learns, with a frozen vision encoder.
  double blind_part = 0.15;
  int batch = 24;  // images per step
  // More images per step, from which only the vision encoder learns. The decoder takes four times
  // as long for an image, and the looks of things need more images than texts do.
  int grid_batch = 0;
  // Of the varied scenes of training: how many have an instrument where there is space (compose.h).
  float instruments = kInstrumentFraction;
  // The size of a new model; what is not given is that of `from`, else of the built-in model. What
  // is larger than in `from` grows out of it (grow_encoder.h, grow_decoder.h).
  std::optional<int> image_side;
  std::optional<EncoderSize> encoder;
  std::optional<int> width;        // of the decoder
  std::optional<int> blocks;       // of the decoder
  std::optional<int> text_tokens;  // of a row of texts: no text with its question can be longer
  std::optional<int> vocabulary;   // maximum number of tokens, if it is learned
  std::vector<int> exits;          // early exits of the decoder, after so many blocks
  // Name of the type that the decoder's matrices will be quantized to (Q4_0): training rounds them,
  // and their inputs, as the engine will. Empty: it does not.
  std::string quantized_as;
  std::string precision = "f32";      // of the decoder's products; or bf16, if the CPU has it
  double rate = 1.5e-3;               // peak learning rate
  double vision_encoder_rate = 3e-3;  // peak rate of the vision encoder while it learns alone
  std::uint64_t seed = 1;
  int threads = 2;  // for LibTorch
  int loaders = 1;  // threads that draw images
  double checkpoint_minutes = 5;
  int evaluate_images = 480;  // held-out images of the evaluation at the end
  Stage stage = Stage::kSchedule;
  DistilOptions distil;
};

// Errors: kInvalid, names the option.
MaybeError Validate(const TrainOptions& options);

}  // namespace edgevlm::train
