#include "model/projector/ldpv2.h"

#include <utility>

#include "gguf/names.h"
#include "kernels/conv/conv.h"
#include "model/layers.h"
#include "model/patch_grid.h"
#include "model/projector/llava_vision_encoder.h"
#include "model/projector/projector_weights.h"
#include "model/projector/run_mlp.h"
#include "model/zone_work.h"

namespace edgevlm {
namespace {

constexpr int kPool = 2;
constexpr Window kWindow = {.kernel = 3, .stride = 1};

struct LdpV2Weights {
  int side = 0;                        // patches of the vision encoder
  Linear first;                        // [D, E]
  Linear second;                       // [D, D]
  std::vector<float> positional;       // PackDepthwise of [D, 3, 3]
  std::vector<float> positional_bias;  // [D]
};

class LdpV2 final : public Projector {
 public:
  explicit LdpV2(LdpV2Weights weights) : weights_(std::move(weights)) {}

  int inputs() const override { return weights_.first.weight.inputs(); }
  int outputs() const override { return weights_.second.weight.outputs(); }
  int patches() const override { return weights_.side * weights_.side; }
  int Tokens(int patches) const override { return patches / (kPool * kPool); }

  void Project(View<const float> features, View<float> embeddings, Workspace& workspace,
               const Run& run) const override {
    CHECK(features.rows % patches() == 0);
    const Workspace::Mark mark = workspace.mark();
    const View<float> wide = workspace.Alloc(features.rows, outputs());
    const View<float> pooled = workspace.Alloc(embeddings.rows, outputs());
    RunMlp(weights_.first, weights_.second, features, wide, workspace, run);  // [n * P, D]
    Pool(wide, pooled, run);                                                  // [n * P / 4, D]
    AddPositions(pooled, embeddings, run);                                    // [n * P / 4, D]
    workspace.Rewind(mark);
  }

 private:
  // Row i of y is the mean of its kPool x kPool patches of x.
  void Pool(View<const float> x, View<float> y, const Run& run) const {
    PROFILE_ZONE(run.profiler, "multi_modal_projector.pool", ElementwiseWork(x, 1));
    const int side = weights_.side, side_out = side / kPool;
    run.pool.ParallelFor(y.rows, side_out, [&](int begin, int end, int) {
      for (int i = begin; i < end; ++i) {
        // Images are stacked vertically, so patch rows are counted across all of them.
        const int top = i / side_out * kPool * side + i % side_out * kPool;
        const float* a = x.Row(top).data();
        const float* b = x.Row(top + side).data();
        float* mean = y.Row(i).data();
        for (int c = 0; c < x.cols; ++c) {
          mean[c] = (a[c] + a[c + x.stride] + b[c] + b[c + x.stride]) * (1.0f / (kPool * kPool));
        }
      }
    });
  }

  // y = x + conv(x) + bias, image by image.
  void AddPositions(View<const float> x, View<float> y, const Run& run) const {
    const int side = weights_.side / kPool, cells = side * side;
    const View<const float> taps(weights_.positional.data(), kWindow.kernel * kWindow.kernel,
                                 x.cols);
    PROFILE_ZONE(run.profiler, "multi_modal_projector.positions",
                 DepthwiseWork(x.rows, y.rows, taps));
    for (int first = 0; first < x.rows; first += cells) {
      DepthwiseConv({x.Rows(first, cells), side, side}, taps, kWindow,
                    {.bias = weights_.positional_bias}, y.Rows(first, cells), run.pool);
    }
    for (int row = 0; row < x.rows; ++row) {
      const float* from = x.Row(row).data();
      float* to = y.Row(row).data();
      for (int c = 0; c < x.cols; ++c) to[c] += from[c];
    }
  }

  LdpV2Weights weights_;
};

Result<std::unique_ptr<Projector>> LoadLdpV2(const GgufFile& file, Packing packing) {
  WeightReader reader(file, packing);
  const LdpMlpSizes sizes = ReadLdpMlpSizes(reader, 0);
  const int width = sizes.outputs;
  LdpV2Weights weights;
  weights.side = ReadSideDividedBy(reader, kPool, keys::kPatchSize);
  weights.first = reader.ReadLinear(modules::LdpMlp(0), {width, sizes.inputs},
                                    "multi_modal_projector.linear_1");
  weights.second =
      reader.ReadLinear(modules::LdpMlp(2), {width, width}, "multi_modal_projector.linear_2");
  weights.positional = ReadDepthwise(reader, modules::kLdpPositional, width);
  weights.positional_bias = reader.Values(modules::Bias(modules::kLdpPositional), {width});
  if (!reader.ok()) return reader.error();
  return std::unique_ptr<Projector>(std::make_unique<LdpV2>(std::move(weights)));
}

}  // namespace

const ProjectorFamily kLdpV2 = {
    .type = "ldpv2", .load = LoadLdpV2, .vision_encoder = kLlavaVisionEncoder};

}  // namespace edgevlm
