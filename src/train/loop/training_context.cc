#include "train/loop/training_context.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "train/distil/distillation.h"
#include "train/loop/start_run.h"
#include "train/ops/rounded.h"
#include "train/scenes/things.h"
#include "train/torch.h"

namespace edgevlm::train {
namespace {

constexpr float kNamelessFraction = 0.1f;

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
  run.shape.decoder.arithmetic = {.rounded_to = RoundingType(options.quantized_as),
                                  .bfloat16 = options.precision == "bf16"};
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
      resumes ? ResumeRun(options) : StartRun(options, *teacher ? &**teacher : nullptr);
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
          .length = std::max(1, shape.text_tokens()),
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
