#include "train/loop/start_run.h"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "train/distil/teacher_samples.h"
#include "train/loop/grow_decoder.h"
#include "train/scenes/things.h"
#include "train/vocabulary/corpus.h"
#include "train/vocabulary/train_bpe.h"

namespace edgevlm::train {
namespace {

constexpr int kCorpusScenes = 30000;
constexpr std::size_t kCorpusRecords = 50000;  // of a teacher's, for data sets without scenes
constexpr int kHeadWidth = 32;

// What a new model has where the options name nothing: that of the built-in model.
constexpr int kGrid = 10, kWidth = 192, kBlocks = 6, kTextTokens = 88, kVocabulary = 3072;

Vocabulary LearnVocabulary(const TrainOptions& options, int corpus_scenes,
                           const TeacherFolder* teacher) {
  const int size = options.vocabulary.value_or(kVocabulary);
  if (teacher != nullptr && !HasScenes(*teacher)) {
    std::vector<std::string> texts = TaughtTexts(*teacher, kCorpusRecords);
    for (std::string& text : texts) text = " " + text;
    return TrainBpe(texts, size);
  }
  std::mt19937_64 rng(options.seed);
  std::vector<Scene> scenes;
  for (int i = 0; i < corpus_scenes; ++i) scenes.push_back(Compose({}, rng));
  std::vector<std::string> texts = CorpusTexts(scenes, options.seed);
  for (std::string& text : texts) text = " " + text;  // as in TokensOf()
  return TrainBpe(texts, size);
}

MaybeError GrowWidth(int width, DecoderShape& decoder) {
  if (width % decoder.width != 0) {
    return Error{ErrorCode::kInvalid, "--width: expected a multiple of " +
                                          std::to_string(decoder.width) +
                                          ", the width of --from, found " + std::to_string(width)};
  }
  decoder.heads *= width / decoder.width;
  decoder.width = width;
  return std::nullopt;
}

MaybeError GrowBlocks(int blocks, DecoderShape& decoder) {
  if (blocks < decoder.blocks) {
    return Error{ErrorCode::kInvalid, "--blocks: expected at least " +
                                          std::to_string(decoder.blocks) +
                                          ", those of --from, found " + std::to_string(blocks)};
  }
  for (int& exit : decoder.exits) exit = GrownBlock(exit, decoder.blocks, blocks);
  decoder.blocks = blocks;
  return std::nullopt;
}

// The grid stays the same.
MaybeError GrowEncoder(EncoderSize size, VlmShape& shape) {
  if (size == shape.encoder) return std::nullopt;
  if (shape.encoder != EncoderSize::kSmall) {
    return Error{ErrorCode::kInvalid, std::string("--vision-encoder: expected ") +
                                          NameOf(shape.encoder) + ", which the run of --from has" +
                                          ", found " + NameOf(size)};
  }
  shape.image_side = shape.grid() * CellPixelsOf(size);
  shape.encoder = size;
  return std::nullopt;
}

MaybeError ResizeImages(int image_side, VlmShape& shape) {
  const int text_tokens = shape.text_tokens(), cell = CellPixelsOf(shape.encoder);
  if (image_side % cell != 0) {
    return Error{ErrorCode::kInvalid, "--picture-side: expected a multiple of " +
                                          std::to_string(cell) + ", found " +
                                          std::to_string(image_side)};
  }
  shape.image_side = image_side;
  shape.decoder.context = shape.ContextFor(text_tokens);
  return std::nullopt;
}

// A run can only go on as what it is.
MaybeError CheckUnchanged(const char* option, const std::optional<int>& asked, int found,
                          const TrainOptions& options) {
  if (!asked || *asked == found) return std::nullopt;
  return Error{ErrorCode::kInvalid, std::string(option) + ": expected " + std::to_string(found) +
                                        ", as the run in " + options.out + " has, found " +
                                        std::to_string(*asked)};
}

}  // namespace

Run NewRun(const TrainOptions& options, int corpus_scenes, const TeacherFolder* teacher) {
  Run run;
  run.vocabulary = LearnVocabulary(options, corpus_scenes, teacher);
  VlmShape& shape = run.shape;
  shape.encoder = options.encoder.value_or(EncoderSize::kSmall);
  shape.image_side = options.image_side.value_or(kGrid * CellPixelsOf(shape.encoder));
  shape.things = static_cast<int>(ThingNames().size());
  shape.decoder = {.width = options.width.value_or(kWidth),
                   .heads = options.width.value_or(kWidth) / kHeadWidth,
                   .blocks = options.blocks.value_or(kBlocks),
                   .vocabulary = static_cast<int>(run.vocabulary.tokens.size())};
  shape.decoder.context = shape.ContextFor(options.text_tokens.value_or(kTextTokens));
  return run;
}

Result<VlmShape> ContinuedShape(const TrainOptions& options, const VlmShape& from) {
  VlmShape shape = from;
  shape.things = static_cast<int>(ThingNames().size());
  if (options.width) {
    if (auto error = GrowWidth(*options.width, shape.decoder)) return *error;
  }
  if (options.blocks) {
    if (auto error = GrowBlocks(*options.blocks, shape.decoder)) return *error;
  }
  if (options.encoder) {
    if (auto error = GrowEncoder(*options.encoder, shape)) return *error;
  }
  if (options.image_side) {
    if (auto error = ResizeImages(*options.image_side, shape)) return *error;
  }
  if (options.text_tokens) shape.decoder.context = shape.ContextFor(*options.text_tokens);
  if (!options.exits.empty()) shape.decoder.exits = options.exits;
  return shape;
}

Result<Run> StartRun(const TrainOptions& options, const TeacherFolder* teacher) {
  std::error_code failure;
  std::filesystem::create_directories(options.out, failure);
  if (failure) return Error{ErrorCode::kIo, options.out + ": " + failure.message()};
  Result<Run> started =
      options.from.empty() ? NewRun(options, kCorpusScenes, teacher) : LoadRun(options.from);
  if (!started) return started.error();
  Run& run = *started;
  // A new run has the size that the options name; nothing is left to grow.
  Result<VlmShape> shape = ContinuedShape(options, run.shape);
  if (!shape) return shape.error();
  run.shape = *std::move(shape);
  if (!options.from.empty() && options.relearn_vocabulary) {
    run.vocabulary = LearnVocabulary(options, kCorpusScenes, teacher);
    run.shape.decoder.vocabulary = static_cast<int>(run.vocabulary.tokens.size());
  }
  if (!options.exits.empty() && CheckRun(run)) {
    return Error{ErrorCode::kInvalid, "--exits: expected increasing numbers from 1 to " +
                                          std::to_string(run.shape.decoder.blocks - 1)};
  }
  if (auto error = SaveRun(options.out, run.shape, run.vocabulary)) return *error;
  return started;
}

Result<Run> ResumeRun(const TrainOptions& options) {
  Result<Run> run = LoadRun(options.out);
  if (!run) return run;
  const VlmShape& shape = run->shape;
  const std::tuple<const char*, std::optional<int>, int> checks[] = {
      {"--picture-side", options.image_side, shape.image_side},
      {"--width", options.width, shape.decoder.width},
      {"--blocks", options.blocks, shape.decoder.blocks},
      {"--text-tokens", options.text_tokens, shape.text_tokens()}};
  for (const auto& [option, asked, found] : checks) {
    if (auto error = CheckUnchanged(option, asked, found, options)) return *error;
  }
  if (options.encoder && *options.encoder != shape.encoder) {
    return Error{ErrorCode::kInvalid,
                 "--vision-encoder: the run in " + options.out + " has another"};
  }
  if (!options.exits.empty() && options.exits != shape.decoder.exits) {
    return Error{ErrorCode::kInvalid, "--exits: the run in " + options.out + " has others"};
  }
  return run;
}

}  // namespace edgevlm::train
