#include <optional>
#include <utility>

#include "decode/batch.h"
#include "edgevlm/edgevlm.h"
#include "engine/load/builtin_model.h"
#include "engine/load/find_mmproj.h"
#include "engine/load/load_engine.h"
#include "engine/prompt/token_list.h"
#include "engine/sound/encode_sound.h"
#include "engine/vision/encode.h"
#include "engine/vision/shared_image.h"
#include "gguf/mapped_parts.h"

namespace edgevlm {
namespace {

constexpr const char* kBuiltinNotice =
    "the built-in model knows drawn scenes only; for photographs: edgevlm models pull "
    "smolvlm-256m-instruct";

// Releases the memory of tensors that have been copied, so that a model is not in memory twice.
// `file` must outlive the result.
ModelFile Mapped(const MappedParts& file) {
  return {.parts = file.bytes(),
          .on_done = [&file](std::span<const std::byte> part) { file.Forget(part); }};
}

}  // namespace

Engine::Engine(std::unique_ptr<const State> state) : state_(std::move(state)) {}
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;
Engine::~Engine() = default;

Result<Engine> Engine::Make(Result<EngineState>&& state) {
  if (!state) return state.error();
  return Engine(std::make_unique<const State>(State{*std::move(state)}));
}

Result<Engine> Engine::LoadBuiltin(const EngineOptions& options) {
  Result<EngineState> state = LoadEngine({.model = {.parts = {BuiltinModel()}}}, options);
  if (state) state->model.info.notice = kBuiltinNotice;
  return Make(std::move(state));
}

Result<Engine> Engine::Load(const std::string& path, const EngineOptions& options) {
  const Result<MappedParts> file = MappedParts::Open(path);
  if (!file) return file.error();
  ModelFiles files = {.model = Mapped(*file), .mmproj_is_guess = options.mmproj.empty()};
  const Result<std::string> vision_encoder_path = FindMmproj(path, options.mmproj);
  if (!vision_encoder_path) return vision_encoder_path.error();
  std::optional<MappedParts> vision_encoder;
  if (!vision_encoder_path->empty()) {
    Result<MappedParts> opened = MappedParts::Open(*vision_encoder_path);
    if (!opened) return opened.error();
    files.mmproj = Mapped(vision_encoder.emplace(*std::move(opened)));
  }
  Result<EngineState> state = LoadEngine(files, options);
  // If the file changed meanwhile, that is the error to report, whatever loading returned.
  if (auto error = file->CheckUnchanged()) return *error;
  if (auto error = vision_encoder ? vision_encoder->CheckUnchanged() : std::nullopt) return *error;
  if (!state) {
    const std::string where = vision_encoder ? path + ", " + *vision_encoder_path : path;
    return state.error().In(where);
  }
  return Make(std::move(state));
}

Result<Engine> Engine::Load(std::span<const std::byte> gguf, const EngineOptions& options) {
  return Load(gguf, {}, options);
}

Result<Engine> Engine::Load(std::span<const std::byte> gguf, std::span<const std::byte> mmproj,
                            const EngineOptions& options) {
  ModelFiles files = {.model = {.parts = {gguf}}};
  if (!mmproj.empty()) files.mmproj.parts = {mmproj};
  return Make(LoadEngine(files, options));
}

const EngineState& StateOf(const Engine& engine) { return *engine.state_; }

const ModelInfo& Engine::info() const { return state_->model.info; }

Result<std::vector<EncodedImage>> Engine::EncodeImages(
    std::span<const std::span<const std::byte>> files) const {
  return EncodeFiles(*state_, files);
}

Result<EncodedImage> Engine::EncodeImage(std::span<const std::byte> file) const {
  const Result<SharedImage> shared = ShareImage(*state_, file);
  if (!shared) return shared.error();
  EncodedImage image = *shared->image;
  image.timings = shared->timings;
  return image;
}

Result<std::shared_ptr<const EncodedImage>> Engine::GetImage(
    std::span<const std::byte> file) const {
  Result<SharedImage> shared = ShareImage(*state_, file);
  if (!shared) return shared.error();
  return std::move(shared->image);
}

Result<Sound> Engine::ReadSound(const SoundInput& input) const {
  return edgevlm::ReadSound(state_->model, input);
}

Result<EncodedSound> Engine::GetSound(const Sound& sound) const {
  return ShareSound(*state_, sound);
}

std::shared_ptr<const EncodedImage> Engine::FindImage(std::string_view file_id,
                                                      std::string_view scope,
                                                      const ImageLimits& limits) const {
  return edgevlm::FindImage(*state_, file_id, scope, limits);
}

void Engine::ClearCaches() const {
  if (ImageCache* const cache = state_->runtime.image_cache.get()) cache->Clear();
  if (PrefixCache* const cache = state_->runtime.prefix_cache.get()) cache->Clear();
}

CacheCounters Engine::image_cache() const {
  const ImageCache* const cache = state_->runtime.image_cache.get();
  return cache == nullptr ? CacheCounters() : cache->counters();
}

CacheCounters Engine::prefix_cache() const {
  const PrefixCache* const cache = state_->runtime.prefix_cache.get();
  return cache == nullptr ? CacheCounters() : cache->counters();
}

Result<EncodedImage> Engine::EncodeImage(const PixelsView& pixels) const {
  return EncodePixels(*state_, pixels, nullptr);
}

Result<std::vector<float>> Engine::Logits(std::span<const int> tokens,
                                          const EncodedImage* image) const {
  const Model& model = state_->model;
  if (image != nullptr) {
    if (auto error = CheckImage(model, *image)) return *error;
  }
  const Result<TokenList> list = CutAtImage(model, tokens, image, model.info.context_tokens);
  if (!list) return list.error();
  const int vocabulary = model.info.vocabulary_tokens;
  std::vector<float> logits(static_cast<std::size_t>(list->rows_after_image) *
                            static_cast<std::size_t>(vocabulary));
  Sequence sequence(*model.decoder, list->rows, model.cache);
  sequence.ExpectRows(list->rows);
  Batch(*model.decoder)
      .AddAll(sequence, list->inputs, {logits.data(), list->rows_after_image, vocabulary},
              state_->runtime.PrefillRun(nullptr));
  return logits;
}

std::string_view Version() { return EDGEVLM_VERSION; }

}  // namespace edgevlm
