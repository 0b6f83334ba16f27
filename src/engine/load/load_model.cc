#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "engine/load/drafter.h"
#include "engine/load/model.h"
#include "engine/load/model_identity.h"
#include "gguf/names.h"
#include "model/weight_reader.h"
#include "tokenizer/load_tokenizer.h"

namespace edgevlm {
namespace {

Error Mismatch(const std::string& what, const std::string& expected, int found) {
  return {ErrorCode::kInvalid,
          "model: " + what + ": expected " + expected + ", found " + std::to_string(found)};
}

MaybeError CheckDecoder(const Model& model) {
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
  return std::nullopt;
}

// Whether the decoder was trained with such a vision encoder and projector.
MaybeError CheckVisionEncoder(const Model& model) {
  const DecoderShape& decoder = model.decoder->shape();
  const VisionShape& vision_encoder = model.vision_encoder->shape();
  if (model.projector->inputs() != vision_encoder.width) {
    return Mismatch("projector inputs", std::to_string(vision_encoder.width),
                    model.projector->inputs());
  }
  if (model.projector->outputs() != decoder.image_width()) {
    return Mismatch("projector outputs", std::to_string(decoder.image_width()),
                    model.projector->outputs());
  }
  if (model.projector->has_token_grid() != decoder.has_grid_positions) {
    return Error{ErrorCode::kInvalid, "model: projector '" + model.info.projector +
                                          "': expected a decoder " +
                                          (decoder.has_grid_positions ? "without" : "with") +
                                          " positions for rows and columns of an image, found '" +
                                          model.info.architecture + "'"};
  }
  if (model.projector->has_token_grid() != vision_encoder.has_any_size) {
    return Error{ErrorCode::kInvalid, "model: projector '" + model.info.projector +
                                          "': expected another vision encoder, found '" +
                                          model.info.vision_encoder + "'"};
  }
  if (model.projector->needs_bidirectional_images() != decoder.bidirectional_images) {
    return Error{
        ErrorCode::kInvalid,
        std::string("model: image encoder: expected one that was trained with this decoder, "
                    "found one for decoders whose image tokens attend ") +
            (decoder.bidirectional_images ? "to earlier ones only" : "to each other")};
  }
  const int patches = model.projector->patches();
  if (patches != 0 && patches != vision_encoder.tokens) {
    return Mismatch("features of an image", std::to_string(patches), vision_encoder.tokens);
  }
  return std::nullopt;
}

// Whether the decoder was trained with such an audio encoder.
MaybeError CheckSoundEncoder(const Model& model) {
  const int width = model.sound_encoder->shape().width;
  if (width != model.decoder->shape().image_width()) {
    return Mismatch("audio projector outputs", std::to_string(model.decoder->shape().image_width()),
                    width);
  }
  if (!model.style->begins_with_image()) return std::nullopt;
  return Error{ErrorCode::kInvalid,
               "model: audio encoder: expected a decoder with a chat "
               "template, found one for images without"};
}

// The parts may come from two files, and even one file may have parts that do not fit together.
MaybeError CheckParts(const Model& model) {
  if (auto error = CheckDecoder(model)) return error;
  if (auto error = model.sound_encoder ? CheckSoundEncoder(model) : std::nullopt) return error;
  if (model.vision_encoder == nullptr) return std::nullopt;
  if (auto error = CheckVisionEncoder(model)) return error;
  const VisionShape& vision_encoder = model.vision_encoder->shape();
  const int tokens = model.info.image_tokens;
  // One position for a prompt, one for a reply. Images of any size are checked one by one.
  if (!vision_encoder.has_any_size && tokens > model.info.context_tokens - 2) {
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

// The parsed ModelFiles.
struct Parsed {
  GgufFile model;
  std::optional<GgufFile> mmproj;
  bool mmproj_is_guess = false;

  // The file that holds the vision encoder: the second one, the model's own, or none (null). An old
  // second file need not say what it holds.
  const GgufFile* OfVisionEncoder() const {
    const bool has_own = model.HasKey(keys::kHasVisionEncoder);
    const bool holds_it =
        mmproj && (!HasSound(*mmproj) || IsTrue(*mmproj, keys::kHasVisionEncoder));
    if (holds_it && !(mmproj_is_guess && has_own)) return &*mmproj;
    return has_own ? &model : nullptr;
  }

  // The same of the audio encoder.
  const GgufFile* OfSoundEncoder() const {
    const bool has_own = HasSound(model);
    if (mmproj && HasSound(*mmproj) && !(mmproj_is_guess && has_own)) return &*mmproj;
    return has_own ? &model : nullptr;
  }

 private:
  static bool IsTrue(const GgufFile& file, std::string_view key) {
    const auto value = file.Bool(key, false);
    return value && *value;
  }
  static bool HasSound(const GgufFile& file) { return IsTrue(file, keys::kHasAudioEncoder); }
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
  const int max_tokens =
      options.context_tokens == 0 ? Decoder::kUsualPositions : options.context_tokens;
  return std::min(decoder.context, max_tokens);
}

void Describe(const Parsed& files, Model& model) {
  ModelInfo& info = model.info;
  info.name = TextOf(files.model, keys::kName);
  info.architecture = TextOf(files.model, keys::kArchitecture);
  info.chat_template = model.style->name();
  info.default_system = model.style->default_system();
  info.tool_form = model.style->tool_form();
  info.template_program = model.style->template_program();
  info.has_tool_template = model.style->has_tool_template();
  info.parameters = ParametersOf(files.model);
  const DecoderShape& decoder = model.decoder->shape();
  info.embedding_length = decoder.width;
  info.block_count = decoder.blocks;
  info.head_count = decoder.heads;
  info.vocabulary_tokens = decoder.vocabulary;
  if (model.sound_encoder != nullptr) {
    info.sound_projector = (*FindSoundFamily(*files.OfSoundEncoder()))->type;
  }
  if (files.mmproj && (model.sound_encoder != nullptr || model.vision_encoder != nullptr)) {
    info.parameters += ParametersOf(*files.mmproj);
  }
  if (model.vision_encoder == nullptr) return;
  const GgufFile* vision_encoder = files.OfVisionEncoder();
  info.vision_encoder = (*FindVisionFamily(*vision_encoder))->encoder;
  info.projector = (*FindProjectorFamily(*vision_encoder))->type;
  info.image_size = model.vision_encoder->shape().preprocessing.size;
  info.has_image_grid = model.projector->has_token_grid();
  info.image_tokens = info.has_image_grid ? model.image_limits.max_tokens : model.pruner.count();
  info.has_one_image = model.style->begins_with_image();
  const VideoForm& video = model.projector->video_form();
  info.has_frame_pairs = video.in_pairs;
  info.frames_per_second = video.frames_per_second;
  info.frame_tokens = info.has_image_grid ? kUsualFrameTokens : info.image_tokens;
}

// The packing of large matrices of floats. A decoder's are never bfloat16: single tokens would be
// no faster than in float32.
Packing PackingFor(Precision precision) {
  if (precision == Precision::kFloat32) return Packing::kExact;
  return precision == Precision::kBFloat16 ? Packing::kBf16Pairs : Packing::kInt8;
}

// The values that the file's decoder reads for an image token; nothing if the key of its width is
// missing, which loading then reports.
std::optional<int> ImageWidth(const GgufFile& file) {
  constexpr int kMaxLevels = 64;
  const std::string architecture = TextOf(file, keys::kArchitecture);
  const Result<int> width = file.Int(keys::EmbeddingLength(architecture));
  const Result<int> levels = file.Int(keys::DeepstackLayerCount(architecture), 0);
  if (!width || *width < 1 || *width > ModelLimits::kWidth) return std::nullopt;
  return *width * (1 + std::clamp(levels ? *levels : 0, 0, kMaxLevels));
}

// How many tokens an image may have, where the family leaves that open.
Result<ImageLimits> ChooseLimits(const Projector* projector, const EngineOptions& options) {
  ImageLimits limits = {options.image_min_tokens, options.image_max_tokens};
  if (projector == nullptr || !projector->has_token_grid()) return limits;
  if (limits.max_tokens == 0) limits.max_tokens = kUsualImageTokens;
  if (limits.min_tokens <= limits.max_tokens) return limits;
  return Error{ErrorCode::kInvalid, "options: image_min_tokens: expected at most the maximum of " +
                                        std::to_string(limits.max_tokens) + ", found " +
                                        std::to_string(limits.min_tokens)};
}

// Ignores a second file that lies next to the model but belongs to another one.
MaybeError LoadVision(const Parsed& files, const VisionOptions& options, Model& model) {
  const GgufFile* const file = files.OfVisionEncoder();
  if (file == nullptr) return std::nullopt;
  const Packing packing = PackingFor(model.precision);
  auto projector = LoadProjector(*file, packing);
  if (!projector) return projector.error();
  const auto width = ImageWidth(files.model);
  if (files.mmproj_is_guess && width && (*projector)->outputs() != *width) return std::nullopt;
  auto vision_encoder =
      LoadVisionEncoder(*file, {.packing = packing, .merged_tokens = options.merged_tokens});
  if (!vision_encoder) return vision_encoder.error();
  model.vision_encoder = *std::move(vision_encoder);
  model.projector = *std::move(projector);
  return std::nullopt;
}

// The same of sound.
MaybeError LoadSound(const Parsed& files, Model& model) {
  const GgufFile* const file = files.OfSoundEncoder();
  if (file == nullptr) return std::nullopt;
  auto encoder = LoadSoundEncoder(*file, PackingFor(model.precision));
  if (!encoder) return encoder.error();
  const auto width = ImageWidth(files.model);
  if (files.mmproj_is_guess && width && (*encoder)->shape().width != *width) return std::nullopt;
  model.sound_encoder = *std::move(encoder);
  return std::nullopt;
}

MaybeError ChoosePruner(const VisionOptions& options, Model& model) {
  ImageTokens tokens;
  if (model.vision_encoder != nullptr) {
    tokens = {.has_vision_encoder = true,
              .has_scores = model.vision_encoder->has_scores(),
              .depends_on_image =
                  model.projector->has_token_grid() || model.projector->ConstantRows().rows > 0,
              .mixes_features = model.projector->mixes_features(),
              .count = model.projector->Tokens(model.vision_encoder->shape().tokens)};
  }
  if (auto error = Validate(options, tokens)) return error;
  model.pruner = TokenPruner(options, tokens);
  return std::nullopt;
}

// If the same tokens of every image are pruned, and images come first, their positions are pruned
// too.
DecoderOptions OptionsForDecoder(const Model& model) {
  const std::span<const int> kept = model.pruner.fixed();
  DecoderOptions options;
  if (model.precision == Precision::kAuto) options.packing = Packing::kInt8;
  if (model.pruner.keeps_all() || kept.empty() || !model.style->begins_with_image()) return options;
  options.kept_positions = {kept.begin(), kept.end()};
  options.image_positions = model.projector->Tokens(model.vision_encoder->shape().tokens);
  return options;
}

// Whether the model reads images, and was trained on them without a chat template.
bool HasPlainPrompts(const Parsed& files, const Model& model) {
  if (model.vision_encoder == nullptr || !TextOf(files.model, keys::kChatTemplate).empty()) {
    return false;
  }
  return (*FindProjectorFamily(*files.OfVisionEncoder()))->has_plain_prompts;
}

Result<std::unique_ptr<const PromptStyle>> ChooseStyle(const Parsed& files, const Model& model,
                                                       const EngineOptions& options) {
  if (options.chat_template.empty()) {
    if (auto tasks = MakeTaskStyle(model.tokenizer)) return tasks;
    if (HasPlainPrompts(files, model)) return MakeQuestionStyle();
  }
  return MakeChatStyle(files.model, model.tokenizer, options);
}

Result<Model> LoadParts(const Parsed& files, const EngineOptions& options) {
  Result<Tokenizer> tokenizer = LoadTokenizer(files.model);
  if (!tokenizer) return tokenizer.error();
  Model model = {.info = ModelInfo(),
                 .decoder = nullptr,
                 .vision_encoder = nullptr,
                 .projector = nullptr,
                 .sound_encoder = nullptr,
                 .tokenizer = *std::move(tokenizer),
                 .style = nullptr,
                 .image_limits = {},
                 .pruner = TokenPruner(),
                 .exits = std::nullopt,
                 .precision = options.precision,
                 .cache = options.cache};
  if (auto error = LoadVision(files, options.vision, model)) return *error;
  if (auto error = LoadSound(files, model)) return *error;
  auto style = ChooseStyle(files, model, options);
  if (!style) return style.error();
  model.style = *std::move(style);
  if (auto error = ChoosePruner(options.vision, model)) return *error;
  Result<ImageLimits> limits = ChooseLimits(model.projector.get(), options);
  if (!limits) return limits.error();
  model.image_limits = *limits;
  auto decoder = LoadDecoder(files.model, OptionsForDecoder(model));
  if (!decoder) return decoder.error();
  const DecoderShape& shape = (*decoder)->shape();
  Result<std::optional<ExitPlan>> exits = PlanExits(options.early_exit, shape);
  if (!exits) return exits.error();
  model.exits = *std::move(exits);
  model.info.context_tokens = ContextOf(shape, options);
  model.info.trained_context_tokens = shape.context;
  model.info.has_trained_exits = !shape.exits.empty();
  model.decoder = *std::move(decoder);
  Describe(files, model);
  if (auto error = CheckParts(model)) return *error;
  return model;
}

}  // namespace

Result<Model> LoadModel(const ModelFiles& files, const EngineOptions& options) {
  Result<GgufFile> file = GgufFile::Parse(files.model.parts, files.model.on_done);
  if (!file) return file.error();
  Parsed parsed = {
      .model = *std::move(file), .mmproj = std::nullopt, .mmproj_is_guess = files.mmproj_is_guess};
  if (!files.mmproj.parts.empty()) {
    Result<GgufFile> mmproj = GgufFile::Parse(files.mmproj.parts, files.mmproj.on_done);
    if (!mmproj) return mmproj.error().In("mmproj");
    parsed.mmproj = *std::move(mmproj);
  }
  Result<Model> model = LoadParts(parsed, options);
  if (!model) return model.error();
  if (auto error = LoadDrafter(options.speculation, *model)) return *error;
  model->identity = ModelIdentity(files.model.parts, files.mmproj.parts, options);
  model->info.file_bytes = BytesOf(files.model);
  if (model->vision_encoder != nullptr || model->sound_encoder != nullptr) {
    model->info.file_bytes += BytesOf(files.mmproj);
  }
  return model;
}

}  // namespace edgevlm
