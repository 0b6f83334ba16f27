#include "engine/load/load_engine.h"

#include <memory>
#include <new>
#include <string>
#include <system_error>
#include <utility>

#include "base/cores.h"
#include "base/cpu.h"
#include "engine/sound/encode_sound.h"
#include "model/weight_reader.h"

namespace edgevlm {
namespace {

constexpr int kMaxThreads = 256;

MaybeError CheckRange(const char* name, int value, int max) {
  if (0 <= value && value <= max) return std::nullopt;
  return Error{ErrorCode::kInvalid, "options: " + std::string(name) + ": expected 0 to " +
                                        std::to_string(max) + ", found " + std::to_string(value)};
}

// The options with the number of threads resolved.
Result<EngineOptions> Validate(const EngineOptions& options) {
  if (auto error = CheckRange("threads", options.threads, kMaxThreads)) return *error;
  EngineOptions chosen = options;
  if (chosen.threads == 0) chosen.threads = DefaultThreads();
  // Only a Whisper tells them apart.
  if (chosen.precision == Precision::kInt8) chosen.precision = Precision::kAuto;
  if (auto error = CheckRange("decode_threads", chosen.decode_threads, chosen.threads)) {
    return *error;
  }
  if (auto error = CheckRange("context_tokens", options.context_tokens, ModelLimits::kContext)) {
    return *error;
  }
  if (auto error =
          CheckRange("image_max_tokens", options.image_max_tokens, ModelLimits::kContext)) {
    return *error;
  }
  if (auto error =
          CheckRange("image_min_tokens", options.image_min_tokens, ModelLimits::kContext)) {
    return *error;
  }
  if (!(options.pressure.temperature_limit_celsius >= 0)) {
    return Error{ErrorCode::kInvalid,
                 "options: pressure: temperature limit: expected 0 or more degrees, found others"};
  }
  if (auto error = Validate(options.cache)) {
    return error->In("options");
  }
  return chosen;
}

void DescribeSound(Model& model) {
  if (model.sound_encoder == nullptr) return;
  const SoundLimit limit = MostSound(model);
  model.info.most_sound_seconds = limit.seconds();
}

}  // namespace

Result<EngineState> LoadEngine(const ModelFiles& files, const EngineOptions& options) {
  const Result<EngineOptions> chosen = Validate(options);
  if (!chosen) return chosen.error();
  const Result<Isa>& isa = ChooseIsa();
  if (!isa) return isa.error();
  try {
    Result<Model> model = LoadModel(files, *chosen);
    if (!model) return model.error();
    Result<Runtime> runtime = Runtime::Start(*chosen);
    if (!runtime) return runtime.error();
    if (chosen->tile_tolerance && model->vision_encoder != nullptr) {
      runtime->tile_memory = std::make_unique<TileMemory>(NormalizedTolerance(
          model->vision_encoder->shape().preprocessing, *chosen->tile_tolerance));
    }
    DescribeSound(*model);
    model->info.instruction_set = IsaName(*isa);
    model->info.threads = runtime->pool->threads();
    model->info.decode_threads = runtime->SingleTokenPool().threads();
    return EngineState{*std::move(model), *std::move(runtime)};
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::kTooLarge, "model: no memory left for its weights"};
  } catch (const std::system_error& error) {  // from ThreadPool
    return Error{ErrorCode::kIo, error.what()};
  }
}

}  // namespace edgevlm
