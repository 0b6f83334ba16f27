#include <algorithm>
#include <new>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "base/cpu.h"
#include "base/machine_state.h"
#include "engine/model.h"
#include "engine/model_identity.h"
#include "engine/speculation.h"
#include "gguf/names.h"
#include "model/weight_reader.h"
#include "tokenizer/load_tokenizer.h"

namespace edgevlm {
namespace {

constexpr int kMaxThreads = 256;

Error Mismatch(const std::string& what, const std::string& expected, int found) {
  return {ErrorCode::kInvalid,
          "model: " + what + ": expected " + expected + ", found " + std::to_string(found)};
}

// The parts may come from two files, and even in one nothing says that they fit each other.
MaybeError CheckParts(const Model& model) {
  const DecoderShape& decoder = model.decoder->shape();
  if (model.tokenizer.size() != decoder.vocabulary) {
    return Mismatch("tokens of the tokenizer", std::to_string(decoder.vocabulary),
                    model.tokenizer.size());
  }
  const long long cache_bytes =
      CacheBytes(model.decoder->cache_shape(model.info.context_tokens, model.cache));
  if (cache_bytes > ModelLimits::kCacheBytes) {
    return Error{ErrorCode::kTooLarge,
                 "model: cache of " + std::to_string(model.info.context_tokens) +
                     " tokens: expected at most " + std::to_string(ModelLimits::kCacheBytes) +
                     " bytes, found " + std::to_string(cache_bytes)};
  }
  if (model.vision_encoder == nullptr) return std::nullopt;
  const VisionShape& vision_encoder = model.vision_encoder->shape();
  if (model.projector->inputs() != vision_encoder.width) {
    return Mismatch("projector inputs", std::to_string(vision_encoder.width),
                    model.projector->inputs());
  }
  if (model.projector->outputs() != decoder.width) {
    return Mismatch("projector outputs", std::to_string(decoder.width), model.projector->outputs());
  }
  const int places = model.projector->places();
  if (places != 0 && places != vision_encoder.tokens) {
    return Mismatch("features of an image", std::to_string(places), vision_encoder.tokens);
  }
  const int tokens = model.pruner.count();
  if (tokens > model.info.context_tokens - 2) {  // one place for a prompt, one for a reply
    return Mismatch("tokens of an image",
                    "at most " + std::to_string(model.info.context_tokens - 2), tokens);
  }
  const CachePolicy* policy = FindCachePolicy(model.cache.policy);
  if (policy->argument == CacheArgument::kTokens && model.cache.tokens < tokens) {
    return Error{ErrorCode::kInvalid, "options: cache: " + CacheText(model.cache) +
                                          ": expected at least the " + std::to_string(tokens) +
                                          " tokens of one image, found " +
                                          std::to_string(model.cache.tokens)};
  }
  return std::nullopt;
}

std::string TextOf(const GgufFile& file, std::string_view key) {
  const Result<std::string_view> text = file.String(key, "");
  return std::string(text ? *text : "");
}

// What was parsed of ModelFiles.
struct Parsed {
  GgufFile model;
  std::optional<GgufFile> mmproj;
  bool mmproj_is_guess = false;

  // The file that holds the vision encoder: the second one, the model's own, or none (null).
  const GgufFile* OfVisionEncoder() const {
    const bool has_own = model.HasKey(keys::kHasVisionEncoder);
    if (mmproj && !(mmproj_is_guess && has_own)) return &*mmproj;
    return has_own ? &model : nullptr;
  }
};

std::int64_t BytesOf(const ModelFile& file) {
  std::int64_t bytes = 0;
  for (const auto& part : file.parts) bytes += static_cast<std::int64_t>(part.size());
  return bytes;
}

std::int64_t ParametersOf(const GgufFile& file) {
  std::int64_t parameters = 0;
  for (const GgufTensor& tensor : file.tensors()) {
    const Result<std::uint64_t> values = ValuesOf(tensor.view.shape);
    if (values) parameters += static_cast<std::int64_t>(*values);
  }
  return parameters;
}

int ContextOf(const DecoderShape& decoder, const EngineOptions& options) {
  const int most = options.context_tokens == 0 ? Decoder::kUsualPositions : options.context_tokens;
  return std::min(decoder.context, most);
}

void Describe(const Parsed& files, Isa isa, Model& model) {
  ModelInfo& info = model.info;
  info.name = TextOf(files.model, keys::kName);
  info.architecture = TextOf(files.model, keys::kArchitecture);
  info.instruction_set = IsaName(isa);
  info.chat_template = model.style->name();
  info.parameters = ParametersOf(files.model);
  const DecoderShape& decoder = model.decoder->shape();
  info.threads = model.pool->threads();
  info.decode_threads = model.DecoderThreadGroups(nullptr).few.pool.threads();
  info.embedding_length = decoder.width;
  info.block_count = decoder.blocks;
  info.head_count = decoder.heads;
  info.vocabulary_tokens = decoder.vocabulary;
  if (model.vision_encoder == nullptr) return;
  const GgufFile* vision_encoder = files.OfVisionEncoder();
  if (vision_encoder != &files.model) info.parameters += ParametersOf(*vision_encoder);
  info.vision_encoder = (*FindVisionFamily(*vision_encoder))->encoder;
  info.projector = (*FindProjectorFamily(*vision_encoder))->type;
  info.image_size = model.vision_encoder->shape().preprocessing.size;
  info.image_tokens = model.pruner.count();
}

// Of a vision encoder's large matrices.
Packing PackingFor(Precision precision) {
  if (precision == Precision::kFloat32) return Packing::kExact;
  return precision == Precision::kBFloat16 ? Packing::kBf16Pairs : Packing::kInt8;
}

// is_guess: whether the file's place alone says that it belongs to the model.
MaybeError LoadVisionEncoder(const GgufFile& file, bool is_guess, const VisionOptions& options,
                             Model& model) {
  const Packing packing = PackingFor(model.precision);
  auto projector = LoadProjector(file, packing);
  if (!projector) return projector.error();
  if (is_guess && (*projector)->outputs() != model.decoder->shape().width) return std::nullopt;
  auto vision_encoder =
      LoadVisionEncoder(file, {.packing = packing, .merged_tokens = options.merged_tokens});
  if (!vision_encoder) return vision_encoder.error();
  model.vision_encoder = *std::move(vision_encoder);
  model.projector = *std::move(projector);
  return std::nullopt;
}

// decoder: the model's.
MaybeError ChoosePruner(const VisionOptions& options, Decoder& decoder, Model& model) {
  ImageTokens tokens;
  if (model.vision_encoder != nullptr) {
    tokens = {.has_vision_encoder = true,
              .has_scores = model.vision_encoder->has_scores(),
              .count = model.projector->Tokens(model.vision_encoder->shape().tokens)};
  }
  if (auto error = Validate(options, tokens)) return error;
  model.pruner = TokenPruner(options, tokens);
  const std::span<const int> kept = model.pruner.fixed();
  if (model.pruner.keeps_all() || kept.empty() || !model.style->begins_with_image() ||
      tokens.count > decoder.shape().context) {
    return std::nullopt;
  }
  const int fewer = decoder.LeaveOutPositions(kept, tokens.count);
  model.info.context_tokens = std::min(model.info.context_tokens, decoder.shape().context - fewer);
  return std::nullopt;
}

Result<std::unique_ptr<const PromptStyle>> ChooseStyle(const GgufFile& file,
                                                       const Tokenizer& tokenizer,
                                                       const EngineOptions& options) {
  if (options.chat_template.empty()) {
    if (auto tasks = MakeTaskStyle(tokenizer)) return tasks;
  }
  return MakeChatStyle(file, tokenizer, options.chat_template);
}

// options.threads is chosen. Last of all: a pinned thread packs weights alone.
MaybeError StartThreads(const EngineOptions& options, Model& model) {
  std::span<const int> processors;
  if (options.pin) {
    Result<Pinning> pinning = Pinning::Make(options.threads);
    if (!pinning) return pinning.error();
    processors = model.pinning.emplace(*std::move(pinning)).processors();
  }
  model.pool = std::make_unique<ThreadPool>(options.threads, processors);
  if (options.decode_threads > 0 && options.decode_threads < options.threads) {
    model.decode_pool = std::make_unique<ThreadPool>(options.decode_threads, processors);
  }
  model.pressure_monitor = std::make_unique<PressureMonitor>(options.pressure);
  const int busy = options.decode_threads > 0 ? options.decode_threads : options.threads;
  const bool has_sensor = options.pressure.temperature_limit_celsius > 0 && ReadTemperature();
  if (has_sensor && busy > 1) {
    model.cool_pool = std::make_unique<ThreadPool>(busy / 2, processors);
  }
  return std::nullopt;
}

Result<Model> LoadParts(const Parsed& files, Isa isa, const EngineOptions& options) {
  Result<Tokenizer> tokenizer = LoadTokenizer(files.model);
  if (!tokenizer) return tokenizer.error();
  auto style = ChooseStyle(files.model, *tokenizer, options);
  if (!style) return style.error();
  auto decoder = LoadDecoder(files.model);
  if (!decoder) return decoder.error();
  Result<std::optional<ExitPlan>> exits = PlanExits(options.early_exit, (*decoder)->shape());
  if (!exits) return exits.error();
  ModelInfo info;
  info.context_tokens = ContextOf((*decoder)->shape(), options);
  info.trained_context_tokens = (*decoder)->shape().context;
  info.has_trained_exits = !(*decoder)->shape().exits.empty();
  Decoder& own_decoder = **decoder;
  Model model = {.info = std::move(info),
                 .decoder = *std::move(decoder),
                 .vision_encoder = nullptr,
                 .projector = nullptr,
                 .tokenizer = *std::move(tokenizer),
                 .style = *std::move(style),
                 .image_max_tokens = options.image_max_tokens,
                 .pruner = TokenPruner(),
                 .exits = *std::move(exits),
                 .precision = options.precision,
                 .cache = options.cache,
                 .pinning = std::nullopt,
                 .pool = nullptr,
                 .decode_pool = nullptr,
                 .cool_pool = nullptr,
                 .gate = nullptr,
                 .pressure_monitor = nullptr};
  model.gate = std::make_unique<PriorityGate>();
  if (const GgufFile* vision_encoder = files.OfVisionEncoder()) {
    if (auto error =
            LoadVisionEncoder(*vision_encoder, files.mmproj_is_guess, options.vision, model))
      return *error;
  }
  if (auto error = ChoosePruner(options.vision, own_decoder, model)) return *error;
  if (auto error = CheckParts(model)) return *error;
  if (auto error = StartThreads(options, model)) return *error;
  if (options.image_cache_bytes > 0) {
    model.images = std::make_unique<ImageCache>(options.image_cache_bytes);
  }
  if (options.prompt_cache_bytes > 0) {
    model.prompts = std::make_unique<PromptCache>(options.prompt_cache_bytes);
  }
  Describe(files, isa, model);
  return model;
}

MaybeError CheckRange(const char* name, int value, int most) {
  if (0 <= value && value <= most) return std::nullopt;
  return Error{ErrorCode::kInvalid, "options: " + std::string(name) + ": expected 0 to " +
                                        std::to_string(most) + ", found " + std::to_string(value)};
}

// With the number of threads chosen.
Result<EngineOptions> Validate(const EngineOptions& options) {
  if (auto error = CheckRange("threads", options.threads, kMaxThreads)) return *error;
  EngineOptions chosen = options;
  if (chosen.threads == 0) chosen.threads = UsableCores();
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
  if (!(options.pressure.temperature_limit_celsius >= 0)) {
    return Error{ErrorCode::kInvalid,
                 "options: pressure: temperature limit: expected 0 or more degrees, found others"};
  }
  if (auto error = Validate(options.cache)) {
    return Error{error->code, "options: " + error->message};
  }
  return chosen;
}

}  // namespace

Result<Model> LoadModel(const ModelFiles& files, const EngineOptions& options) {
  const Result<EngineOptions> chosen = Validate(options);
  if (!chosen) return chosen.error();
  const Result<Isa>& isa = ChooseIsa();
  if (!isa) return isa.error();
  Result<GgufFile> file = GgufFile::Parse(files.model.parts, files.model.on_done);
  if (!file) return file.error();
  Parsed parsed = {
      .model = *std::move(file), .mmproj = std::nullopt, .mmproj_is_guess = files.mmproj_is_guess};
  if (!files.mmproj.parts.empty()) {
    Result<GgufFile> mmproj = GgufFile::Parse(files.mmproj.parts, files.mmproj.on_done);
    if (!mmproj) return Error{mmproj.error().code, "mmproj: " + mmproj.error().message};
    parsed.mmproj = *std::move(mmproj);
  }
  try {
    Result<Model> model = LoadParts(parsed, *isa, *chosen);
    if (model) {
      if (auto error = LoadDrafter(chosen->speculation, *model)) return *error;
      model->identity = ModelIdentity(files.model.parts, files.mmproj.parts, *chosen);
      model->info.file_bytes = BytesOf(files.model);
      if (model->vision_encoder != nullptr) model->info.file_bytes += BytesOf(files.mmproj);
    }
    return model;
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::kTooLarge, "model: no memory left for its weights"};
  } catch (const std::system_error& error) {  // of ThreadPool
    return Error{ErrorCode::kIo, error.what()};
  }
}

}  // namespace edgevlm
