#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>

#include "base/check.h"
#include "convert/preset.h"
#include "gguf/names.h"
#include "gguf/writer.h"
#include "kernels/quantize/quantize.h"

namespace edgevlm {
namespace {

// Values are drawn once per tensor and repeated. A prime number of blocks: rows, which are of round
// lengths, differ.
constexpr int kPatternValues = 67 * 256;
constexpr unsigned kSeed = 1;
constexpr FileType kHalf = {"F16", 1, DType::kF16, MixtureSize::kPlain};

constexpr std::string_view kProjectorTypes[] = {"mlp", "ldpv2", "idefics3"};  // by PresetProjector

std::uint32_t Number(int value) { return static_cast<std::uint32_t>(value); }

// Tensors with random values.
class Tensors {
 public:
  Tensors(GgufWriter& writer, const FileType& type, const MixtureFacts& facts)
      : writer_(writer), type_(type), facts_(facts) {}

  void Matrix(std::string_view module, int outputs, int inputs) {
    Values(modules::Weight(module), {outputs, inputs}, inputs);
  }
  void Linear(std::string_view module, int outputs, int inputs, bool has_bias = true) {
    Matrix(module, outputs, inputs);
    if (has_bias) Vector(modules::Bias(module), outputs, 0.0f);
  }
  void Norm(std::string_view module, int width, bool has_bias) {
    Vector(modules::Weight(module), width, 1.0f);
    if (has_bias) Vector(modules::Bias(module), width, 0.0f);
  }
  void Vector(const std::string& name, int width, float value) {
    const std::vector<float> values(static_cast<std::size_t>(width), value);
    const auto bytes = std::as_bytes(std::span(values));
    writer_.AddTensor(name, DType::kF32, {width}, std::vector(bytes.begin(), bytes.end()));
  }
  // Normal values of the deviation that keeps a sum of `inputs` products as large as its factors.
  void Values(const std::string& name, const Shape& shape, int inputs) {
    const GgufTensor tensor = {.name = name, .view = {DType::kF32, shape, {}}};
    const DType dtype = ChooseType(tensor, type_, facts_);
    const Result<std::uint64_t> size = BytesOf(dtype, shape);
    CHECK(size.ok());
    const std::vector<std::byte> pattern =
        Pattern(dtype, 1 / std::sqrt(static_cast<float>(inputs)));
    std::vector<std::byte> bytes(*size);
    for (std::size_t i = 0; i < bytes.size(); i += pattern.size()) {
      const std::size_t count = std::min(pattern.size(), bytes.size() - i);
      std::copy_n(pattern.begin(), count, bytes.begin() + static_cast<std::ptrdiff_t>(i));
    }
    writer_.AddTensor(name, dtype, shape, std::move(bytes));
  }

 private:
  std::vector<std::byte> Pattern(DType dtype, float deviation) {
    std::normal_distribution<float> normal(0, deviation);
    std::vector<float> values(kPatternValues);
    for (float& value : values) value = normal(rng_);
    const Result<std::uint64_t> size = BytesOf(dtype, {kPatternValues});
    CHECK(size.ok());
    std::vector<std::byte> bytes(*size);
    Quantize(values, dtype, bytes);
    return bytes;
  }

  GgufWriter& writer_;
  const FileType& type_;
  MixtureFacts facts_;
  std::mt19937 rng_{kSeed};
};

// A SentencePiece vocabulary of the right size: the 256 bytes, then words that nobody says.
void AddTokenizer(int vocabulary, GgufWriter& writer) {
  constexpr int kNormal = 1, kUnknown = 2, kControl = 3, kByte = 6;
  std::vector<std::string> tokens = {"<unk>", "<s>", "</s>"};
  std::vector<std::int32_t> types = {kUnknown, kControl, kControl};
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (std::size_t byte = 0; byte < 256; ++byte) {
    tokens.push_back(std::string("<0x") + kHex[byte / 16] + kHex[byte % 16] + ">");
    types.push_back(kByte);
  }
  while (static_cast<int>(tokens.size()) < vocabulary) {
    tokens.push_back(std::string("word").append(std::to_string(tokens.size())));
    types.push_back(kNormal);
  }
  writer.Add(keys::kTokenizerModel, std::string("llama"));
  writer.Add(keys::kTokens, tokens);
  writer.Add(keys::kTokenTypes, types);
  writer.Add(keys::kTokenScores, std::vector<float>(tokens.size(), 0.0f));
}

void AddDecoderKeys(const Preset& preset, const FileType& type, GgufWriter& writer) {
  const DecoderPreset& shape = preset.decoder;
  const std::string_view name = shape.architecture;
  writer.Add(keys::kArchitecture, std::string(name));
  writer.Add(keys::kName, std::string(preset.name).append(", random weights"));
  writer.Add(keys::kFileType, type.id);
  writer.Add(keys::ContextLength(name), Number(shape.context));
  writer.Add(keys::EmbeddingLength(name), Number(shape.width));
  writer.Add(keys::BlockCount(name), Number(shape.blocks));
  writer.Add(keys::FeedForwardLength(name), Number(shape.hidden));
  writer.Add(keys::HeadCount(name), Number(shape.heads));
  writer.Add(keys::HeadCountKv(name), Number(shape.kv_heads));
  writer.Add(keys::RmsNormEpsilon(name), shape.epsilon);
  writer.Add(keys::RopeFreqBase(name), shape.rope_base);
}

std::vector<std::byte> MakeDecoder(const Preset& preset, const FileType& type) {
  const DecoderPreset& shape = preset.decoder;
  GgufWriter writer;
  AddDecoderKeys(preset, type, writer);
  AddTokenizer(shape.vocabulary, writer);
  Tensors tensors(writer, type,
                  {.decoder_blocks = shape.blocks,
                   .vision_blocks = 0,
                   .queries_per_key = shape.heads / shape.kv_heads,
                   .is_tied = shape.is_tied});
  const int width = shape.width, kv_width = shape.width / shape.heads * shape.kv_heads;
  tensors.Matrix(modules::kTokenEmbedding, shape.vocabulary, width);
  tensors.Norm(modules::kOutputNorm, width, false);
  if (!shape.is_tied) tensors.Matrix(modules::kOutput, shape.vocabulary, width);
  for (int block = 0; block < shape.blocks; ++block) {
    tensors.Norm(modules::AttnNorm(block), width, false);
    tensors.Linear(modules::AttnQ(block), width, width, shape.has_qkv_bias);
    tensors.Linear(modules::AttnK(block), kv_width, width, shape.has_qkv_bias);
    tensors.Linear(modules::AttnV(block), kv_width, width, shape.has_qkv_bias);
    tensors.Matrix(modules::AttnOutput(block), width, width);
    tensors.Norm(modules::FfnNorm(block), width, false);
    tensors.Matrix(modules::FfnGate(block), shape.hidden, width);
    tensors.Matrix(modules::FfnUp(block), shape.hidden, width);
    tensors.Matrix(modules::FfnDown(block), width, shape.hidden);
  }
  Result<std::vector<std::byte>> bytes = writer.ToBytes();
  CHECK(bytes.ok());
  return *std::move(bytes);
}

void AddEyeKeys(const EyePreset& eye, int outputs, GgufWriter& writer) {
  writer.Add(keys::kArchitecture, std::string("clip"));
  writer.Add(keys::kHasVisionEncoder, true);
  writer.Add(keys::kProjectorType,
             std::string(kProjectorTypes[static_cast<std::size_t>(eye.projector)]));
  writer.Add(keys::kUseGelu, !eye.is_clip);
  writer.Add(keys::kImageSize, Number(eye.image_size));
  writer.Add(keys::kPatchSize, Number(eye.patch_size));
  writer.Add(keys::kVisionEmbeddingLength, Number(eye.width));
  writer.Add(keys::kVisionFeedForwardLength, Number(eye.hidden));
  writer.Add(keys::kProjectionDim, Number(outputs));
  writer.Add(keys::kVisionBlockCount, Number(eye.blocks));
  writer.Add(keys::kVisionHeadCount, Number(eye.heads));
  writer.Add(keys::kVisionLayerNormEpsilon, eye.is_clip ? 1e-5f : 1e-6f);
  writer.Add(keys::kImageMean, std::vector<float>{0.5f, 0.5f, 0.5f});
  writer.Add(keys::kImageStd, std::vector<float>{0.5f, 0.5f, 0.5f});
  if (eye.scale_factor > 1) writer.Add(keys::kProjectorScaleFactor, Number(eye.scale_factor));
}

void AddEyeBlock(int block, const EyePreset& eye, Tensors& tensors) {
  tensors.Norm(modules::VisionAttnNorm(block), eye.width, true);
  tensors.Linear(modules::VisionAttnQ(block), eye.width, eye.width);
  tensors.Linear(modules::VisionAttnK(block), eye.width, eye.width);
  tensors.Linear(modules::VisionAttnV(block), eye.width, eye.width);
  tensors.Linear(modules::VisionAttnOutput(block), eye.width, eye.width);
  tensors.Norm(modules::VisionFfnNorm(block), eye.width, true);
  tensors.Linear(modules::VisionFfnUp(block), eye.hidden, eye.width);
  tensors.Linear(modules::VisionFfnDown(block), eye.width, eye.hidden);
}

void AddEye(const EyePreset& eye, Tensors& tensors) {
  const int side = eye.image_size / eye.patch_size;
  tensors.Values(modules::Weight(modules::kPatchEmbedding),
                 {eye.width, 3, eye.patch_size, eye.patch_size},
                 3 * eye.patch_size * eye.patch_size);
  tensors.Values(modules::Weight(modules::kVisionPositions),
                 {side * side + (eye.is_clip ? 1 : 0), eye.width}, eye.width);
  if (eye.is_clip) {
    tensors.Vector(std::string(modules::kClassEmbedding), eye.width, 0.1f);
    tensors.Norm(modules::kVisionPreNorm, eye.width, true);
  } else {
    tensors.Vector(modules::Bias(modules::kPatchEmbedding), eye.width, 0.0f);
    tensors.Norm(modules::kVisionPostNorm, eye.width, true);
  }
  for (int block = 0; block < eye.blocks; ++block) AddEyeBlock(block, eye, tensors);
}

void AddProjector(const EyePreset& eye, int outputs, Tensors& tensors) {
  switch (eye.projector) {
    case PresetProjector::kMlp:
      tensors.Linear(modules::kProjectorFirst, outputs, eye.width);
      tensors.Linear(modules::kProjectorSecond, outputs, outputs);
      break;
    case PresetProjector::kLdpV2:
      tensors.Linear(modules::LdpMlp(0), outputs, eye.width);
      tensors.Linear(modules::LdpMlp(2), outputs, outputs);
      tensors.Values(modules::Weight(modules::kLdpPositional), {outputs, 1, 3, 3}, 9);
      tensors.Vector(modules::Bias(modules::kLdpPositional), outputs, 0.0f);
      break;
    case PresetProjector::kIdefics3:
      tensors.Matrix(modules::kPixelShuffleProjector, outputs,
                     eye.width * eye.scale_factor * eye.scale_factor);
      break;
  }
}

std::vector<std::byte> MakeEye(const EyePreset& eye, int outputs) {
  GgufWriter writer;
  AddEyeKeys(eye, outputs, writer);
  Tensors tensors(writer, kHalf, {.decoder_blocks = 0, .vision_blocks = eye.blocks});
  AddEye(eye, tensors);
  AddProjector(eye, outputs, tensors);
  Result<std::vector<std::byte>> bytes = writer.ToBytes();
  CHECK(bytes.ok());
  return *std::move(bytes);
}

}  // namespace

PresetFiles MakePreset(const Preset& preset, const FileType& type) {
  PresetFiles files = {.model = MakeDecoder(preset, type), .mmproj = {}};
  if (preset.eye) files.mmproj = MakeEye(*preset.eye, preset.decoder.width);
  return files;
}

}  // namespace edgevlm
