#include "model/projector/mlp.h"

#include <utility>

#include "gguf/names.h"
#include "model/layers.h"
#include "model/projector/llava_vision_encoder.h"
#include "model/projector/run_mlp.h"
#include "model/weight_reader.h"

namespace edgevlm {
namespace {

class Mlp final : public Projector {
 public:
  Mlp(Linear first, Linear second) : first_(std::move(first)), second_(std::move(second)) {}

  int inputs() const override { return first_.weight.inputs(); }
  int outputs() const override { return second_.weight.outputs(); }

  void Project(View<const float> features, View<float> embeddings, Workspace& workspace,
               const Run& run) const override {
    RunMlp(first_, second_, features, embeddings, workspace, run);
  }

 private:
  Linear first_;
  Linear second_;
};

// The widths are those of the tensors: in LLaVA files the key clip.vision.projection_dim is the
// width of CLIP's own projection.
Result<std::unique_ptr<Projector>> LoadMlp(const GgufFile& file, Packing packing) {
  WeightReader reader(file, packing);
  const int inputs = reader.Int(keys::kVisionEmbeddingLength, 1, ModelLimits::kWidth);
  const int hidden =
      reader.FirstExtent(modules::Weight(modules::kProjectorFirst), inputs, ModelLimits::kWidth);
  const int outputs =
      reader.FirstExtent(modules::Weight(modules::kProjectorSecond), hidden, ModelLimits::kWidth);
  Linear first = reader.ReadLinear(modules::kProjectorFirst, {hidden, inputs},
                                   "multi_modal_projector.linear_1");
  Linear second = reader.ReadLinear(modules::kProjectorSecond, {outputs, hidden},
                                    "multi_modal_projector.linear_2");
  if (!reader.ok()) return reader.error();
  return std::unique_ptr<Projector>(std::make_unique<Mlp>(std::move(first), std::move(second)));
}

}  // namespace

const ProjectorFamily kMlp = {.type = "mlp",
                              .load = LoadMlp,
                              .vision_encoder = {.unread_blocks = kLlavaVisionEncoder.unread_blocks,
                                                 .reads_grid = false,
                                                 .prepare = kLlavaVisionEncoder.prepare}};

}  // namespace edgevlm
