#include "model/projector/gemma3.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "gguf/names.h"
#include "kernels/row_chunks.h"
#include "model/layers.h"
#include "model/projector/projector_weights.h"

namespace edgevlm {
namespace {

constexpr int kUsualPool = 4;

struct Gemma3ProjectorWeights {
  int side = 0;       // patches of the vision encoder
  int pool = 1;       // p: p x p patches become one row
  RmsNormLayer norm;  // [E]
  Linear matrix;      // [D, E]
};

class Gemma3Projector final : public Projector {
 public:
  explicit Gemma3Projector(Gemma3ProjectorWeights weights) : weights_(std::move(weights)) {}

  int inputs() const override { return weights_.matrix.weight.inputs(); }
  int outputs() const override { return weights_.matrix.weight.outputs(); }
  int patches() const override { return weights_.side * weights_.side; }
  int Tokens(int patches) const override { return patches / (weights_.pool * weights_.pool); }
  bool needs_bidirectional_images() const override { return true; }

  ImageLayout Layout(ImageSize, const ImageLimits&) const override {
    return {.grid = {},
            .tokens = {},
            .pieces = {{.text = "\n\n<start_of_image>", .tile = 0},
                       {.text = "<end_of_image>\n\n", .tile = -1}}};
  }

  void Project(View<const float> features, View<float> embeddings, Workspace& workspace,
               const Run& run) const override {
    CHECK(features.rows % patches() == 0);
    const WorkspaceScope scope(workspace);
    const View<float> pooled = workspace.Alloc(embeddings.rows, inputs());
    const View<float> normed = workspace.Alloc(embeddings.rows, inputs());
    const View<float> quants = workspace.Alloc(embeddings.rows, QuantizedColumns(inputs()));
    Pool(features, pooled, run);  // [n * P / p^2, E]
    Inputs rows(pooled, &weights_.norm, normed, quants);
    weights_.matrix.Apply(rows, Activation::kNone, embeddings, run);  // [n * P / p^2, D]
  }

 private:
  // Row (y, x) of the result is the mean of the p x p patches from (y * p, x * p) on.
  void Pool(View<const float> features, View<float> pooled, const Run& run) const {
    PROFILE_ZONE(run.profiler, "multi_modal_projector.pool");
    const int pool = weights_.pool, side_out = weights_.side / pool;
    ForRows(pooled.rows, pool * pool * pooled.cols, run.pool, [&](int i) {
      const std::span<float> sum = pooled.Row(i);
      std::ranges::fill(sum, 0.0f);
      // Images are stacked vertically, so patch rows are counted across all of them.
      const int first = i / side_out * pool * weights_.side + i % side_out * pool;
      for (int patch = 0; patch < pool * pool; ++patch) {
        const auto row = features.Row(first + patch / pool * weights_.side + patch % pool);
        std::ranges::transform(sum, row, sum.begin(), std::plus<>());
      }
      for (float& value : sum) value /= static_cast<float>(pool * pool);
    });
  }

  Gemma3ProjectorWeights weights_;
};

// As the model was trained; other implementations keep the aspect ratio and pad.
void StretchBilinear(WeightReader&, Preprocessing& preprocessing) {
  preprocessing.fit = Fit::kStretch;
  preprocessing.filter = Filter::kBilinear;
}

Result<std::unique_ptr<Projector>> LoadGemma3Projector(const GgufFile& file, Packing packing) {
  WeightReader reader(file, packing);
  Gemma3ProjectorWeights weights;
  const int inputs = reader.Int(keys::kVisionEmbeddingLength, 1, ModelLimits::kWidth);
  weights.pool = reader.file().HasKey(keys::kProjectorScaleFactor)
                     ? reader.Int(keys::kProjectorScaleFactor, 1, ModelLimits::kImageSize)
                     : kUsualPool;
  weights.side = ReadSideDividedBy(reader, weights.pool, keys::kProjectorScaleFactor);
  weights.norm = {.zone = "multi_modal_projector.norm",
                  .gain = reader.Values(modules::Weight(modules::kSoftEmbeddingNorm), {inputs}),
                  .epsilon = reader.Float(keys::kVisionLayerNormEpsilon, 1e-12f, 1.0f)};
  const std::string matrix = modules::Weight(modules::kInputProjection);
  const int outputs = reader.FirstExtent(matrix, inputs, ModelLimits::kWidth);
  weights.matrix = {.zone = "multi_modal_projector.linear",
                    .tensor = matrix,
                    .weight = reader.ReadTransposedWeight(matrix, inputs, outputs),
                    .bias = {}};
  reader.RefuseUnread("mm.", modules::kSoundProjectorTensors);
  if (!reader.ok()) return reader.error();
  return std::unique_ptr<Projector>(std::make_unique<Gemma3Projector>(std::move(weights)));
}

}  // namespace

const ProjectorFamily kGemma3Projector = {
    .type = "gemma3",
    .load = LoadGemma3Projector,
    .vision_encoder = {.unread_blocks = 0,
                       .variant = VitVariant{.has_post_norm = true},
                       .prepare = StretchBilinear},
};

}  // namespace edgevlm
