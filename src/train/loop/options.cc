#include "train/loop/options.h"

#include <utility>

#include "base/cpu.h"
#include "train/model/vision_encoder.h"
#include "train/ops/rounded.h"

namespace edgevlm::train {
namespace {

constexpr double kMaxMinutes = 1e6;
constexpr double kMaxWeight = 1000;
constexpr double kMaxTemperature = 100;

MaybeError ValidateDistil(const DistilOptions& options) {
  const std::pair<const char*, double> weights[] = {
      {"--distil-features", options.features},
      {"--distil-relations", options.relations},
      {"--distil-logits", options.logits},
      {"--distil-visual-logits", options.visual_logits},
      {"--distil-visual-relations", options.visual_relations},
      {"--supervised", options.supervised}};
  for (const auto& [name, weight] : weights) {
    if (weight >= 0 && weight <= kMaxWeight) continue;
    return Error{ErrorCode::kInvalid,
                 std::string(name) + ": expected 0 to 1000, found " + std::to_string(weight)};
  }
  if (!(options.temperature > 0 && options.temperature <= kMaxTemperature)) {
    return Error{ErrorCode::kInvalid,
                 "--distil-temperature: expected more than 0, up to 100, found " +
                     std::to_string(options.temperature)};
  }
  if (options.any() && options.teacher_outputs.empty()) {
    return Error{ErrorCode::kInvalid,
                 "--teacher-outputs: expected a folder for the --distil losses"};
  }
  if (options.supervised > 0 || options.any()) return std::nullopt;
  return Error{ErrorCode::kInvalid, "--supervised: expected a loss that is on, found none"};
}

MaybeError ValidatePrecision(const TrainOptions& options) {
  if (options.precision == "f32") return std::nullopt;
  if (options.precision != "bf16") {
    return Error{ErrorCode::kInvalid,
                 "--precision: expected f32 or bf16, found " + options.precision};
  }
  if (!options.quantized_as.empty()) {
    return Error{ErrorCode::kInvalid,
                 "--precision: expected f32 with --quantize-aware, as products of rounded numbers "
                 "must be exact, found bf16"};
  }
  if (HasFeature(Feature::kAvx512Bf16)) return std::nullopt;
  return Error{ErrorCode::kUnsupported,
               "--precision: expected f32, as this CPU has no AVX512_BF16, found bf16"};
}

// The size of a new model.
MaybeError ValidateSize(const TrainOptions& options) {
  struct Limit {
    const char* option;
    const std::optional<int>& value;
    int low, high, factor;
  };
  // That of --from is only known when it is read (ContinuedShape).
  const int cell =
      options.from.empty() ? CellPixelsOf(options.encoder.value_or(EncoderSize::kSmall)) : 1;
  const Limit limits[] = {{"--picture-side", options.image_side, 64, 512, cell},
                          {"--width", options.width, 32, 1024, 32},
                          {"--blocks", options.blocks, 1, 64, 1},
                          {"--text-tokens", options.text_tokens, 16, 4096, 1},
                          {"--vocabulary", options.vocabulary, 300, 50000, 1}};
  for (const Limit& limit : limits) {
    if (!limit.value) continue;
    const int value = *limit.value;
    if (value >= limit.low && value <= limit.high && value % limit.factor == 0) continue;
    const std::string multiple =
        limit.factor > 1 ? "a multiple of " + std::to_string(limit.factor) + " from " : "";
    return Error{ErrorCode::kInvalid,
                 std::string(limit.option) + ": expected " + multiple + std::to_string(limit.low) +
                     " to " + std::to_string(limit.high) + ", found " + std::to_string(value)};
  }
  if (!options.vocabulary || options.from.empty() || options.relearn_vocabulary) return {};
  return Error{ErrorCode::kInvalid,
               "--vocabulary: expected --relearn-vocabulary too, as the run of --from has one"};
}

}  // namespace

MaybeError Validate(const TrainOptions& options) {
  const auto invalid = [](const char* what, double found) -> MaybeError {
    return Error{ErrorCode::kInvalid, std::string(what) + ", found " + std::to_string(found)};
  };
  if (options.out.empty()) return Error{ErrorCode::kInvalid, "--out: expected a folder"};
  if (!(options.minutes > 0 && options.minutes <= kMaxMinutes)) {
    return invalid("--minutes: expected more than 0, up to a million", options.minutes);
  }
  if (!(options.vision_encoder_part >= 0 && options.vision_encoder_part < 1)) {
    return invalid("--eye-part: expected from 0 to less than 1", options.vision_encoder_part);
  }
  if (!(options.blind_part >= 0 && options.blind_part <= 1 - options.vision_encoder_part)) {
    return invalid("--blind-part: expected from 0 to what --eye-part leaves", options.blind_part);
  }
  if (auto error = ValidateSize(options)) return error;
  if (options.steps < 0) {
    return invalid("--steps: expected at least 0", static_cast<double>(options.steps));
  }
  if (!options.quantized_as.empty() && !RoundingType(options.quantized_as)) {
    return Error{ErrorCode::kInvalid,
                 "--quantize-aware: expected q4_0, q4_1, q5_0, q5_1, q8_0 or iq4_nl, found " +
                     options.quantized_as};
  }
  if (auto error = ValidatePrecision(options)) return error;
  if (options.threads < 1 || options.threads > 256) {
    return invalid("--threads: expected 1 to 256", options.threads);
  }
  if (options.batch < options.threads || options.batch % options.threads != 0) {
    return invalid("--batch: expected a multiple of --threads", options.batch);
  }
  if (!(options.instruments >= 0 && options.instruments <= 1)) {
    return invalid("--instruments: expected 0 to 1", options.instruments);
  }
  if (options.grid_batch < 0 || options.grid_batch > 4096 ||
      options.grid_batch % options.threads != 0) {
    return invalid("--grid-batch: expected a multiple of --threads up to 4096", options.grid_batch);
  }
  if (options.batch > 4096) return invalid("--batch: expected at most 4096", options.batch);
  if (options.loaders < 1 || options.loaders > 256) {
    return invalid("--loaders: expected 1 to 256", options.loaders);
  }
  if (options.evaluate_images < 0 || options.evaluate_images > 1000000) {
    return invalid("--evaluate-pictures: expected 0 to 1000000", options.evaluate_images);
  }
  return ValidateDistil(options.distil);
}

}  // namespace edgevlm::train
