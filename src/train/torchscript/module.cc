#include "train/torchscript/module.h"

#include <sstream>
#include <string_view>

#include "base/mapped_file.h"
#include "gguf/names.h"
#include "train/export/fold.h"
#include "train/export/tensors.h"
#include "train/loop/checkpoint.h"
#include "train/torchscript/source.h"

namespace edgevlm::train {
namespace {

// Visitor for VisitTensors that gives a module the weights as attributes.
class AttributeWriter {
 public:
  explicit AttributeWriter(torch::jit::Module& module) : module_(module) {}

  void Matrix(std::string_view name, const torch::Tensor& weight) {
    Register(modules::Weight(name), weight);
  }
  void Linear(std::string_view name, const torch::nn::Linear& linear) {
    Pair(name, linear->weight, linear->bias);
  }
  void Norm(std::string_view name, const torch::nn::LayerNorm& norm) {
    Pair(name, norm->weight, norm->bias);
  }
  void Pointwise(std::string_view name, const torch::nn::Conv2d& conv) {
    Pair(name, conv->weight.flatten(1), conv->bias);
  }
  void Folded(std::string_view name, const ConvNorm& part) {
    const FoldedConv conv = Fold(part);
    Pair(name, conv.weight, conv.bias);
  }

 private:
  void Pair(std::string_view name, const torch::Tensor& weight, const torch::Tensor& bias) {
    Register(modules::Weight(name), weight);
    Register(modules::Bias(name), bias);
  }
  void Register(const std::string& name, const torch::Tensor& tensor) {
    module_.register_parameter(AttributeName(name), tensor.detach().clone(), /*is_buffer=*/false);
  }

  torch::jit::Module& module_;
};

}  // namespace

torch::jit::Module ToTorchScript(const Vlm& model) {
  const torch::NoGradGuard no_grad;
  torch::jit::Module module("EdgeVlm");
  AttributeWriter writer(module);
  VisitTensors(writer, model);
  module.register_attribute("training", c10::BoolType::get(), false);
  module.define(TorchScriptSource(model->shape));
  return torch::jit::freeze(module, std::vector<std::string>{"encode", "generate"});
}

MaybeError ExportTorchScript(const std::string& folder, const std::string& path,
                             Existing existing) {
  const Result<Run> run = LoadRun(folder);
  if (!run) return run.error();
  const Result<MappedFile> shape = MappedFile::Open(folder + "/" + kRunFile);
  if (!shape) return shape.error();
  Vlm model(run->shape);
  if (auto error = LoadModel(folder, model)) return error;
  const std::span<const std::byte> text = shape->bytes();
  std::ostringstream bytes;
  ToTorchScript(model).save(
      bytes, {{kRunFile, std::string(reinterpret_cast<const char*>(text.data()), text.size())}});
  Result<OutputFile> file = OutputFile::Create(path, existing);
  if (!file) return file.error();
  if (auto error = file->Append(std::as_bytes(std::span(bytes.view())))) return error;
  return file->Commit();
}

}  // namespace edgevlm::train
