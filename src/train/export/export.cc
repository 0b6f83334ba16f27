#include "train/export/export.h"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "gguf/names.h"
#include "tensor/dtype.h"
#include "tensor/tensor_view.h"
#include "train/data/sample.h"
#include "train/export/fold.h"
#include "train/export/tensors.h"
#include "train/torch.h"

namespace edgevlm::train {
namespace {

constexpr int kFileTypeMostlyF16 = 1;  // general.file_type, as llama.cpp counts
constexpr std::int32_t kNormalToken = 1;
constexpr std::int32_t kControlToken = 3;

// Visitor for VisitTensors that adds the tensors to a GGUF file.
class TensorWriter {
 public:
  explicit TensorWriter(GgufWriter& writer) : writer_(writer) {}

  void Add(const std::string& name, const torch::Tensor& tensor, DType dtype) {
    const torch::Tensor values = tensor.detach().to(torch::kFloat32).contiguous();
    const std::vector<std::int64_t> extents = values.sizes().vec();
    const std::span<const float> floats(values.data_ptr<float>(),
                                        static_cast<std::size_t>(values.numel()));
    Result<std::vector<std::byte>> bytes = FromFloats(floats, dtype);
    CHECK(bytes.ok());
    writer_.AddTensor(name, dtype, Shape(extents), *std::move(bytes));
  }

  void Matrix(std::string_view module, const torch::Tensor& weight) {
    Add(modules::Weight(module), weight, DType::kF16);
  }
  void Vector(std::string_view module, const torch::Tensor& weight) {
    Add(modules::Weight(module), weight, DType::kF32);
  }
  void Bias(std::string_view module, const torch::Tensor& bias) {
    Add(modules::Bias(module), bias, DType::kF32);
  }
  void Linear(std::string_view module, const torch::nn::Linear& linear) {
    Matrix(module, linear->weight);
    Bias(module, linear->bias);
  }
  void Norm(std::string_view module, const torch::nn::LayerNorm& norm) {
    Vector(module, norm->weight);
    Bias(module, norm->bias);
  }
  // A 1x1 convolution on one pixel is a matrix.
  void Pointwise(std::string_view module, const torch::nn::Conv2d& conv) {
    Matrix(module, conv->weight.flatten(1));
    Bias(module, conv->bias);
  }
  void Folded(std::string_view module, const ConvNorm& part) {
    const FoldedConv conv = Fold(part);
    Matrix(module, conv.weight);
    Bias(module, conv.bias);
  }

 private:
  GgufWriter& writer_;
};

void AddDecoderKeys(GgufWriter& writer, const Vlm& model) {
  const DecoderShape& shape = model->decoder->shape;
  constexpr std::string_view kGpt2 = "gpt2";
  const auto number = [](int value) { return static_cast<std::uint32_t>(value); };
  writer.Add(keys::ContextLength(kGpt2), number(shape.context));
  writer.Add(keys::EmbeddingLength(kGpt2), number(shape.width));
  writer.Add(keys::BlockCount(kGpt2), number(shape.blocks));
  writer.Add(keys::FeedForwardLength(kGpt2), number(4 * shape.width));
  writer.Add(keys::HeadCount(kGpt2), number(shape.heads));
  writer.Add(keys::LayerNormEpsilon(kGpt2), 1e-5f);
  const std::vector<std::int32_t> exits(shape.exits.begin(), shape.exits.end());
  if (!exits.empty()) writer.Add(keys::ExitLayers(kGpt2), exits);
}

void AddTokenizerKeys(GgufWriter& writer, const Vocabulary& vocabulary) {
  std::vector<std::int32_t> types(vocabulary.tokens.size(), kNormalToken);
  std::uint32_t end_of_text = 0;
  for (std::size_t id = 0; id < types.size(); ++id) {
    for (const std::string& special : vocabulary.specials) {
      if (vocabulary.tokens[id] == special) types[id] = kControlToken;
    }
    if (vocabulary.tokens[id] == "<|endoftext|>") end_of_text = static_cast<std::uint32_t>(id);
  }
  writer.Add(keys::kTokenizerModel, std::string("gpt2"));
  writer.Add(keys::kTokenizerPre, std::string("gpt-2"));
  writer.Add(keys::kTokens, vocabulary.tokens);
  writer.Add(keys::kTokenTypes, types);
  writer.Add(keys::kMerges, vocabulary.merges);
  writer.Add(keys::kBosTokenId, end_of_text);
  writer.Add(keys::kEosTokenId, end_of_text);
}

void AddVisionKeys(GgufWriter& writer, const VlmShape& shape) {
  const Preprocessing preprocessing = BuiltinPreprocessing(shape.image_side);
  const auto floats = [](const std::array<float, 3>& values) {
    return std::vector<float>(values.begin(), values.end());
  };
  std::vector<std::int32_t> strides, kernels;
  std::vector<bool> hard_swish;
  for (const BlockShape& block : BlocksOf(shape.encoder)) {
    strides.push_back(block.stride);
    kernels.push_back(block.kernel);
    hard_swish.push_back(block.hard_swish);
  }
  writer.Add(keys::kHasVisionEncoder, true);
  writer.Add(keys::kProjectorType, std::string("mlp"));
  writer.Add(keys::kVisionEncoder, std::string("mobilenet_v3"));
  writer.Add(keys::kImageSize, static_cast<std::uint32_t>(shape.image_side));
  writer.Add(keys::kImageMean, floats(preprocessing.mean));
  writer.Add(keys::kImageStd, floats(preprocessing.std));
  writer.Add(keys::kVisionEmbeddingLength, static_cast<std::uint32_t>(shape.features));
  writer.Add(keys::kProjectionDim, static_cast<std::uint32_t>(shape.decoder.width));
  writer.Add(keys::kMobileNetStride, strides);
  writer.Add(keys::kMobileNetKernel, kernels);
  writer.Add(keys::kMobileNetHardSwish, hard_swish);
}

// The output matrix is that of the embeddings and has no bias, so the norm before it can do this.
void DivideLogits(Vlm& model, double divisor) {
  const torch::NoGradGuard no_grad;
  model->decoder->output_norm->weight.div_(divisor);
  model->decoder->output_norm->bias.div_(divisor);
}

}  // namespace

GgufWriter ToGguf(Vlm& model, const Run& run, const std::string& name) {
  CHECK(static_cast<int>(run.vocabulary.tokens.size()) == model->decoder->shape.vocabulary);
  GgufWriter writer;
  writer.Add(keys::kArchitecture, std::string("gpt2"));
  writer.Add(keys::kName, name);
  writer.Add(keys::kFileType, static_cast<std::uint32_t>(kFileTypeMostlyF16));
  AddDecoderKeys(writer, model);
  AddTokenizerKeys(writer, run.vocabulary);
  AddVisionKeys(writer, run.shape);
  TensorWriter tensors(writer);
  VisitTensors(tensors, model);
  return writer;
}

MaybeError Export(const std::string& folder, const std::string& path,
                  const ExportOptions& options) {
  if (!(options.temperature >= 0.1 && options.temperature <= 10)) {
    return Error{ErrorCode::kInvalid, "--temperature: expected from 0.1 to 10, found " +
                                          std::to_string(options.temperature)};
  }
  const Result<Run> run = LoadRun(folder);
  if (!run) return run.error();
  Vlm model(run->shape);
  if (auto error = LoadModel(folder, model)) return error;
  DivideLogits(model, options.temperature);
  return ToGguf(model, *run, options.name).Write(path, options.existing);
}

}  // namespace edgevlm::train
