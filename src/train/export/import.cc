#include "train/export/import.h"

#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/mapped_file.h"
#include "gguf/names.h"
#include "tensor/tensor_view.h"
#include "train/data/loader.h"
#include "train/export/tensors.h"
#include "train/scenes/things.h"
#include "train/torch.h"

namespace edgevlm::train {
namespace {

constexpr std::string_view kGpt2 = "gpt2";
constexpr int kImages = 192;  // enough for statistics of 192 x 100 cells
// A channel whose weights are all close to zero has no direction to preserve.
constexpr double kSmallestWeight = 1e-12;

// Visitor for VisitTensors that loads the tensors; the first error sticks.
class TensorReader {
 public:
  explicit TensorReader(const GgufFile& file) : file_(file) {}

  void Matrix(std::string_view module, torch::Tensor weight) {
    Read(modules::Weight(module), weight);
  }
  void Linear(std::string_view module, const torch::nn::Linear& linear) {
    Read(modules::Weight(module), linear->weight);
    Read(modules::Bias(module), linear->bias);
  }
  void Norm(std::string_view module, const torch::nn::LayerNorm& norm) {
    Read(modules::Weight(module), norm->weight);
    Read(modules::Bias(module), norm->bias);
  }
  void Pointwise(std::string_view module, const torch::nn::Conv2d& conv) {
    Read(modules::Weight(module), conv->weight.flatten(1));
    Read(modules::Bias(module), conv->bias);
  }
  // Adam's step size does not depend on the scale of the weights, so each channel's weights get the
  // norm that they have in a new model, and the batch norm's gain gets the rest.
  void Folded(std::string_view module, const ConvNorm& part) {
    const auto& norm = part->norm;
    const double length = part->conv->weight.square().mean().sqrt().item<double>();
    Read(modules::Weight(module), part->conv->weight);
    Read(modules::Bias(module), norm->bias);
    const torch::Tensor lengths = part->conv->weight.square().mean({1, 2, 3}).sqrt();  // [C]
    const torch::Tensor gain = (lengths / length).clamp_min(kSmallestWeight);
    part->conv->weight.div_(gain.view({-1, 1, 1, 1}));
    norm->weight.copy_(gain);
    norm->running_mean.zero_();
    norm->running_var.fill_(1.0 - norm->options.eps());
  }

  MaybeError error() const { return error_; }

 private:
  void Read(const std::string& name, torch::Tensor into) {
    if (error_) return;
    const Result<TensorView> view = file_.Tensor(name, Shape(into.sizes().vec()));
    if (!view) {
      error_ = view.error();
      return;
    }
    const Result<std::vector<float>> values = ToFloats(*view);
    if (!values) {
      error_ = values.error();
      return;
    }
    into.copy_(torch::tensor(*values).view(into.sizes()));
  }

  const GgufFile& file_;
  MaybeError error_;
};

Result<Vocabulary> VocabularyOf(const GgufFile& file) {
  const auto tokens = file.Strings(keys::kTokens);
  if (!tokens) return tokens.error();
  const auto merges = file.Strings(keys::kMerges);
  if (!merges) return merges.error();
  const auto types = file.Ints(keys::kTokenTypes);
  if (!types) return types.error();
  if (types->size() != tokens->size()) {
    return Error{ErrorCode::kCorrupt, std::string(keys::kTokenTypes) + ": expected " +
                                          std::to_string(tokens->size()) + " types, found " +
                                          std::to_string(types->size())};
  }
  Vocabulary vocabulary;
  vocabulary.tokens.assign(tokens->begin(), tokens->end());
  vocabulary.merges.assign(merges->begin(), merges->end());
  for (std::size_t id = 0; id < types->size(); ++id) {
    if ((*types)[id] != static_cast<int>(TokenType::kControl)) continue;
    vocabulary.specials.push_back(vocabulary.tokens[id]);
  }
  return vocabulary;
}

// Reads integer keys; the first error sticks.
class IntReader {
 public:
  explicit IntReader(const GgufFile& file) : file_(file) {}

  int operator()(std::string_view key) {
    const Result<int> value = file_.Int(key);
    if (value) return *value;
    if (!error_) error_ = value.error();
    return 0;
  }
  MaybeError error() const { return error_; }

 private:
  const GgufFile& file_;
  MaybeError error_;
};

// By the strides of its blocks.
Result<EncoderSize> EncoderSizeOf(const GgufFile& file) {
  const Result<std::vector<int>> strides = file.Ints(keys::kMobileNetStride);
  if (!strides) return strides.error();
  for (const NamedEncoderSize& named : kEncoderSizes) {
    if (std::ranges::equal(*strides, BlocksOf(named.size), {}, {}, &BlockShape::stride)) {
      return named.size;
    }
  }
  return Error{ErrorCode::kUnsupported, std::string(keys::kMobileNetStride) +
                                            ": expected those of one of the trainer's encoders"};
}

torch::Tensor DrawImages(const Run& run, const Glyphs& glyphs, const Tokenizer& tokenizer,
                         std::uint64_t seed) {
  const SampleOptions samples{.image_side = run.shape.image_side,
                              .grid = run.shape.grid(),
                              .varied = glyphs.styles() > 1 ? kVariedFraction : 0};
  return Loader(samples, kImages, seed, 0, 1, glyphs, tokenizer).Next().images;
}

}  // namespace

Result<Run> RunOf(const GgufFile& file) {
  Result<Vocabulary> vocabulary = VocabularyOf(file);
  if (!vocabulary) return vocabulary.error();
  IntReader read(file);
  Run run;
  run.shape.image_side = read(keys::kImageSize);
  run.shape.features = read(keys::kVisionEmbeddingLength);
  run.shape.things = static_cast<int>(ThingNames().size());
  const Result<EncoderSize> encoder = EncoderSizeOf(file);
  if (!encoder) return encoder.error();
  run.shape.encoder = *encoder;
  run.shape.decoder.width = read(keys::EmbeddingLength(kGpt2));
  run.shape.decoder.heads = read(keys::HeadCount(kGpt2));
  run.shape.decoder.blocks = read(keys::BlockCount(kGpt2));
  run.shape.decoder.context = read(keys::ContextLength(kGpt2));
  run.shape.decoder.vocabulary = static_cast<int>(vocabulary->tokens.size());
  if (file.HasKey(keys::ExitLayers(kGpt2))) {
    Result<std::vector<int>> exits = file.Ints(keys::ExitLayers(kGpt2));
    if (!exits) return exits.error();
    run.shape.decoder.exits = *std::move(exits);
  }
  if (auto error = read.error()) return *error;
  run.vocabulary = *std::move(vocabulary);
  if (auto error = CheckRun(run)) return *error;
  return run;
}

MaybeError LoadTensors(const GgufFile& file, Vlm& model) {
  const torch::NoGradGuard no_grad;
  TensorReader reader(file);
  VisitTensors(reader, model);
  return reader.error();
}

void Unfold(VisionEncoder& vision_encoder, const torch::Tensor& images) {
  const torch::NoGradGuard no_grad;
  vision_encoder->eval();
  for (const auto& module : vision_encoder->modules()) {
    auto* const part = module->as<ConvNorm>();
    if (part == nullptr) continue;
    auto& norm = part->norm;
    const torch::Tensor mean = norm->running_mean.clone(), variance = norm->running_var.clone();
    // With a momentum of one, a pass in training mode leaves the statistics of these images. The
    // other parts stay in evaluation mode, where they are exact.
    const auto momentum = norm->options.momentum();
    norm->options.momentum(1.0);
    part->train();
    vision_encoder->forward(images);
    part->eval();
    norm->options.momentum(momentum);
    const double epsilon = norm->options.eps();
    const torch::Tensor scale = norm->weight / torch::sqrt(variance + epsilon);
    norm->bias.add_(scale * (norm->running_mean - mean));
    norm->weight.copy_(scale * torch::sqrt(norm->running_var + epsilon));
  }
}

MaybeError Import(const ImportOptions& options) {
  const Result<MappedFile> mapped = MappedFile::Open(options.path);
  if (!mapped) return mapped.error();
  const Result<GgufFile> file = GgufFile::Parse(mapped->bytes());
  const auto in_file = [&](const Error& error) { return error.In(options.path); };
  if (!file) return in_file(file.error());
  const Result<Run> run = RunOf(*file);
  if (!run) return in_file(run.error());
  const Result<Tokenizer> tokenizer = Tokenizer::Create(run->vocabulary);
  if (!tokenizer) return in_file(tokenizer.error());
  const Result<Glyphs> glyphs = Glyphs::Load(options.glyphs);
  if (!glyphs) return glyphs.error();
  torch::manual_seed(static_cast<std::int64_t>(options.seed));
  Vlm model(run->shape);
  if (const auto error = LoadTensors(*file, model)) return in_file(*error);
  Unfold(model->vision_encoder, DrawImages(*run, *glyphs, *tokenizer, options.seed));
  std::error_code failure;
  std::filesystem::create_directories(options.out, failure);
  if (failure) return Error{ErrorCode::kIo, options.out + ": " + failure.message()};
  if (auto error = SaveModel(options.out, model)) return error;
  return SaveRun(options.out, run->shape, run->vocabulary);
}

}  // namespace edgevlm::train
