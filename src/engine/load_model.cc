#include <new>
#include <string>
#include <utility>

#include "base/cpu.h"
#include "engine/load_tokenizer.h"
#include "engine/model.h"
#include "gguf/names.h"

namespace edgevlm {
namespace {

constexpr int kMaxThreads = 256;

Error Mismatch(const std::string& what, const std::string& expected, int found) {
  return {ErrorCode::kInvalid,
          "model: " + what + ": expected " + expected + ", found " + std::to_string(found)};
}

// The parts come from one file, but nothing there says that they fit each other.
MaybeError CheckParts(const Model& model) {
  const DecoderShape& decoder = model.decoder->shape();
  const VisionShape& eye = model.eye->shape();
  if (model.projector->inputs() != eye.width) {
    return Mismatch("projector inputs", std::to_string(eye.width), model.projector->inputs());
  }
  const int places = model.projector->places();
  if (places != 0 && places != eye.tokens) {
    return Mismatch("places of the projector", std::to_string(eye.tokens), places);
  }
  if (model.projector->outputs() != decoder.width) {
    return Mismatch("projector outputs", std::to_string(decoder.width), model.projector->outputs());
  }
  if (model.tokenizer.size() != decoder.vocabulary) {
    return Mismatch("tokens of the tokenizer", std::to_string(decoder.vocabulary),
                    model.tokenizer.size());
  }
  const int tokens = model.projector->Tokens(eye.tokens);
  if (tokens > decoder.context - 2) {  // one place for a prompt, one for a reply
    return Mismatch("tokens of a picture", "at most " + std::to_string(decoder.context - 2),
                    tokens);
  }
  return std::nullopt;
}

Result<ControlTokens> ReadControlTokens(const GgufFile& file, const Tokenizer& tokenizer) {
  const Result<int> end = file.Int(keys::kEosTokenId);
  if (!end) return end.error();
  if (*end < 0 || *end >= tokenizer.size()) {
    return Mismatch("key '" + std::string(keys::kEosTokenId) + "'",
                    "0 to " + std::to_string(tokenizer.size() - 1), *end);
  }
  return ControlTokens{.end = *end,
                       .caption = tokenizer.Special("<|caption|>"),
                       .question = tokenizer.Special("<|question|>"),
                       .answer = tokenizer.Special("<|answer|>")};
}

std::string TextOr(const GgufFile& file, std::string_view key, std::string_view fallback) {
  const Result<std::string_view> text = file.String(key, fallback);
  return std::string(text ? *text : fallback);
}

ModelInfo Describe(const GgufFile& file, const Model& model, Isa isa) {
  ModelInfo info;
  info.name = TextOr(file, keys::kName, "");
  info.architecture = TextOr(file, keys::kArchitecture, "");
  info.vision_encoder = TextOr(file, keys::kVisionEncoder, "");
  info.projector = TextOr(file, keys::kProjectorType, "");
  info.instruction_set = IsaName(isa);
  for (const GgufTensor& tensor : file.tensors()) {
    const Result<std::uint64_t> values = ValuesOf(tensor.view.shape);
    if (values) info.parameters += static_cast<std::int64_t>(*values);
  }
  const DecoderShape& decoder = model.decoder->shape();
  info.threads = model.pool->threads();
  info.context_tokens = decoder.context;
  info.embedding_length = decoder.width;
  info.block_count = decoder.blocks;
  info.head_count = decoder.heads;
  info.vocabulary_tokens = decoder.vocabulary;
  info.image_size = model.eye->shape().preprocessing.size;
  info.image_tokens = model.projector->Tokens(model.eye->shape().tokens);
  return info;
}

Result<Model> LoadParts(const GgufFile& file, Isa isa, int threads) {
  Result<Tokenizer> tokenizer = LoadTokenizer(file);
  if (!tokenizer) return tokenizer.error();
  const Result<ControlTokens> control = ReadControlTokens(file, *tokenizer);
  if (!control) return control.error();
  auto decoder = LoadDecoder(file);
  if (!decoder) return decoder.error();
  auto eye = LoadVisionEncoder(file);
  if (!eye) return eye.error();
  auto projector = LoadProjector(file);
  if (!projector) return projector.error();
  Model model = {.info = {},
                 .decoder = *std::move(decoder),
                 .eye = *std::move(eye),
                 .projector = *std::move(projector),
                 .tokenizer = *std::move(tokenizer),
                 .control = *control,
                 .pool = std::make_unique<ThreadPool>(threads)};
  if (auto error = CheckParts(model)) return *error;
  model.info = Describe(file, model, isa);
  return model;
}

}  // namespace

Result<Model> LoadModel(std::span<const std::byte> gguf, const EngineOptions& options) {
  if (options.threads < 0 || options.threads > kMaxThreads) {
    return Error{ErrorCode::kInvalid, "options: threads: expected 0 to " +
                                          std::to_string(kMaxThreads) + ", found " +
                                          std::to_string(options.threads)};
  }
  const Result<Isa>& isa = ChooseIsa();
  if (!isa) return isa.error();
  const Result<GgufFile> file = GgufFile::Parse(gguf);
  if (!file) return file.error();
  try {
    Result<Model> model = LoadParts(*file, *isa, options.threads);
    if (model) model->info.file_bytes = static_cast<std::int64_t>(gguf.size());
    return model;
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::kTooLarge, "model: no memory left for its weights"};
  }
}

}  // namespace edgevlm
