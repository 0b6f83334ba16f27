#include "train/loop/training_context.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "train/distil/distillation.h"
#include "train/ops/rounded.h"
#include "train/scenes/things.h"
#include "train/torch.h"
#include "train/vocabulary/corpus.h"
#include "train/vocabulary/train_bpe.h"

namespace edgevlm::train {
namespace {

constexpr int kCorpusScenes = 30000;
constexpr std::size_t kCorpusRecords = 50000;  // of a teacher's, for data sets without scenes
constexpr int kSparePositions = 4;             // of the context, beyond image and text
constexpr float kNamelessFraction = 0.1f;

// teacher: null if there is none.
Vocabulary LearnVocabulary(const TrainOptions& options, int corpus_scenes,
                           const TeacherFolder* teacher) {
  if (teacher != nullptr && !HasScenes(*teacher)) {
    std::vector<std::string> texts = TaughtTexts(*teacher, kCorpusRecords);
    for (std::string& text : texts) text = " " + text;
    return TrainBpe(texts, options.vocabulary);
  }
  std::mt19937_64 rng(options.seed);
  std::vector<Scene> scenes;
  for (int i = 0; i < corpus_scenes; ++i) scenes.push_back(Compose({}, rng));
  std::vector<std::string> texts = CorpusTexts(scenes, options.seed);
  for (std::string& text : texts) text = " " + text;  // as in TokensOf()
  return TrainBpe(texts, options.vocabulary);
}

Run NewRun(const TrainOptions& options, int corpus_scenes, const TeacherFolder* teacher) {
  Run run;
  run.vocabulary = LearnVocabulary(options, corpus_scenes, teacher);
  run.shape.image_side = options.image_side;
  run.shape.encoder = options.encoder.value_or(EncoderSize::kSmall);
  run.shape.things = static_cast<int>(ThingNames().size());
  run.shape.decoder.width = options.width;
  run.shape.decoder.heads = options.width / 32;
  run.shape.decoder.blocks = options.blocks;
  run.shape.decoder.vocabulary = static_cast<int>(run.vocabulary.tokens.size());
  run.shape.decoder.context = run.shape.cells() + options.text_tokens + kSparePositions;
  return run;
}

Result<Run> StartRun(const TrainOptions& options, const TeacherFolder* teacher) {
  std::error_code failure;
  std::filesystem::create_directories(options.out, failure);
  if (failure) return Error{ErrorCode::kIo, options.out + ": " + failure.message()};
  Result<Run> started =
      options.from.empty() ? NewRun(options, kCorpusScenes, teacher) : LoadRun(options.from);
  if (!started) return started.error();
  Run& run = *started;
  run.shape.things = static_cast<int>(ThingNames().size());
  if (options.relearn_vocabulary && !options.from.empty()) {
    run.vocabulary = LearnVocabulary(options, kCorpusScenes, teacher);
    run.shape.decoder.vocabulary = static_cast<int>(run.vocabulary.tokens.size());
  }
  if (options.encoder && *options.encoder != run.shape.encoder) {
    if (*options.encoder == EncoderSize::kSmall) {
      return Error{ErrorCode::kInvalid,
                   "--vision-encoder small: expected a small one in --from too, found medium"};
    }
    run.shape.encoder = *options.encoder;
  }
  if (!options.exits.empty()) {
    run.shape.decoder.exits = options.exits;
    if (CheckRun(run)) {
      return Error{ErrorCode::kInvalid, "--exits: expected increasing numbers from 1 to " +
                                            std::to_string(run.shape.decoder.blocks - 1)};
    }
  }
  if (auto error = SaveRun(options.out, run.shape, run.vocabulary)) return *error;
  return started;
}

// Opens the teacher's outputs for the context's student, and adds what only training needs.
MaybeError AddTeacher(const TrainOptions& options, std::optional<TeacherFolder> folder,
                      TrainingContext& context) {
  if (!folder) return std::nullopt;
  auto samples =
      TeacherSamples::Open(*std::move(folder), options.distil, context.glyphs, context.tokenizer);
  if (!samples) return samples.error();
  context.teacher = *std::move(samples);
  if (options.distil.features > 0) {
    AddFeatureMap(context.model, context.teacher->feature_width());
  }
  if (options.stage != Stage::kEncoder || options.distil.on_features()) return std::nullopt;
  if (context.teacher->has_scenes() && options.distil.supervised > 0) return std::nullopt;
  return Error{ErrorCode::kInvalid,
               "--stage encoder: expected --distil-features or --distil-relations: there is "
               "nothing else to learn from"};
}

// Nothing if the options name no teacher.
Result<std::optional<TeacherFolder>> OpenTeacher(const TrainOptions& options) {
  if (options.distil.teacher_outputs.empty()) return std::optional<TeacherFolder>();
  Result<TeacherFolder> opened = TeacherFolder::Open(options.distil.teacher_outputs);
  if (!opened) return opened.error();
  return std::optional<TeacherFolder>(*std::move(opened));
}

Result<std::unique_ptr<TrainingContext>> ContextOf(const TrainOptions& options, Run run,
                                                   std::optional<TeacherFolder> teacher) {
  Result<Tokenizer> tokenizer = Tokenizer::Create(run.vocabulary);
  if (!tokenizer) return tokenizer.error();
  Result<Glyphs> glyphs = Glyphs::Load(options.glyphs);
  if (!glyphs) return glyphs.error();
  run.shape.decoder.rounded_to = RoundingType(options.quantized_as);
  Vlm model(run.shape);
  std::unique_ptr<TrainingContext> context(
      new TrainingContext{std::move(run), *std::move(tokenizer), *std::move(glyphs), model});
  if (auto error = AddTeacher(options, std::move(teacher), *context)) return *error;
  return context;
}

}  // namespace

Result<std::unique_ptr<TrainingContext>> OpenTrainingContext(const TrainOptions& options) {
  Result<std::optional<TeacherFolder>> teacher = OpenTeacher(options);
  if (!teacher) return teacher.error();
  const bool resumes = std::filesystem::exists(options.out + "/run.json");
  Result<Run> run =
      resumes ? LoadRun(options.out) : StartRun(options, *teacher ? &**teacher : nullptr);
  if (!run) return run.error();
  if (run->shape.things != static_cast<int>(ThingNames().size())) {
    return Error{ErrorCode::kCorrupt, options.out + "/run.json: things: expected " +
                                          std::to_string(ThingNames().size()) + ", found " +
                                          std::to_string(run->shape.things)};
  }
  auto context = ContextOf(options, *std::move(run), *std::move(teacher));
  if (context && (*context)->teacher != nullptr) {
    std::printf("%s\n", (*context)->teacher->Summary().c_str());
  }
  return context;
}

Result<std::unique_ptr<TrainingContext>> NewTrainingContext(const TrainOptions& options,
                                                            int corpus_scenes) {
  Result<std::optional<TeacherFolder>> teacher = OpenTeacher(options);
  if (!teacher) return teacher.error();
  Run run = NewRun(options, corpus_scenes, *teacher ? &**teacher : nullptr);
  return ContextOf(options, std::move(run), *std::move(teacher));
}

SampleOptions SamplesFor(const VlmShape& shape, const Glyphs& glyphs, Split split,
                         Wording wording) {
  return {.image_side = shape.image_side,
          .grid = shape.grid(),
          .length = std::max(1, shape.decoder.context - shape.cells() - kSparePositions),
          .nameless = split == Split::kTrain ? kNamelessFraction : 0.0f,
          .varied = glyphs.styles() > 1 ? kVariedFraction : 0.0f,
          .stylized = split == Split::kTrain ? kStylizedFraction : 0.0f,
          .instruments = kInstrumentFraction,
          .displays = kDisplayFraction,
          .small_displays = kSmallDisplayFraction,
          .split = split,
          .wording = wording};
}

MakeNthSample NthSample(const TrainingContext& context, const SampleOptions& samples,
                        std::uint64_t seed) {
  if (const TeacherSamples* const teacher = context.teacher.get()) {
    return [=](std::uint64_t n, std::mt19937_64&, ThreadPool& pool) {
      return teacher->Make(n, seed, samples, pool);
    };
  }
  return [&context, samples](std::uint64_t, std::mt19937_64& rng, ThreadPool& pool) {
    return MakeSample(samples, context.glyphs, context.tokenizer, rng, pool);
  };
}

}  // namespace edgevlm::train
