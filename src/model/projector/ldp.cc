#include "model/projector/ldp.h"

#include <algorithm>
#include <array>
#include <utility>

#include "gguf/names.h"
#include "kernels/conv/conv.h"
#include "model/layers.h"
#include "model/projector/llava_vision_encoder.h"
#include "model/projector/projector_weights.h"
#include "model/projector/run_mlp.h"
#include "model/zone_work.h"

namespace edgevlm {
namespace {

// One block: D channels on a grid of side x side cells: a depthwise convolution, squeeze and
// excitation, and a 1x1 convolution.
struct LdpBlock {
  int side = 0;      // of the input
  int side_out = 0;  // of the output
  Window window;
  std::string depthwise_zone;
  std::vector<float> taps;  // [9, D]
  Norm depthwise_norm;
  std::string squeeze_zone;
  Linear reduce;  // [R, D]
  Linear expand;  // [D, R]
  Linear mix;     // [D, D]
  Norm mix_norm;
};

struct LdpWeights {
  Linear first;   // [D, E]
  Linear second;  // [D, D]
  std::array<LdpBlock, 2> blocks;
};

class Ldp final : public Projector {
 public:
  explicit Ldp(LdpWeights weights) : weights_(std::move(weights)) {}

  int inputs() const override { return weights_.first.weight.inputs(); }
  int outputs() const override { return weights_.second.weight.outputs(); }
  int patches() const override { return weights_.blocks[0].side * weights_.blocks[0].side; }
  int Tokens(int) const override {
    return weights_.blocks[1].side_out * weights_.blocks[1].side_out;
  }

  void Project(View<const float> features, View<float> embeddings, Workspace& workspace,
               const Run& run) const override {
    CHECK(features.rows % patches() == 0);
    const Workspace::Mark mark = workspace.mark();
    const int images = features.rows / patches();
    const View<float> x = workspace.Alloc(features.rows, outputs());
    RunMlp(weights_.first, weights_.second, features, x, workspace, run);  // [n * P, D]
    const View<float> hidden = workspace.Alloc(features.rows, outputs());
    RunBlock(weights_.blocks[0], images, x, hidden, workspace, run);      // [n * P, D]
    Add(hidden, x);                                                       // x += block 0
    RunBlock(weights_.blocks[1], images, x, embeddings, workspace, run);  // [n * P / 4, D]
    workspace.Rewind(mark);
  }

 private:
  //   x  [n * side^2, D]
  //   y  [n * side_out^2, D]
  static void RunBlock(const LdpBlock& w, int images, View<const float> x, View<float> y,
                       Workspace& workspace, const Run& run) {
    const Workspace::Mark mark = workspace.mark();
    const View<float> filtered = workspace.Alloc(y.rows, y.cols);
    Depthwise(w, images, x, filtered, run);
    w.depthwise_norm.Apply(filtered, filtered, run);
    Activate(filtered, Activation::kHardSwish, filtered);
    WeighChannels(w, images, filtered, workspace, run);
    const View<float> quants = workspace.Alloc(filtered.rows, QuantizedColumns(filtered.cols));
    Inputs weighed(filtered, quants);
    w.mix.Apply(weighed, Activation::kNone, y, run);
    w.mix_norm.Apply(y, y, run);
    workspace.Rewind(mark);
  }

  static void Depthwise(const LdpBlock& w, int images, View<const float> x, View<float> y,
                        const Run& run) {
    const int cells = w.side * w.side, cells_out = w.side_out * w.side_out;
    const View<const float> taps(w.taps.data(), w.window.kernel * w.window.kernel, x.cols);
    PROFILE_ZONE(run.profiler, w.depthwise_zone, DepthwiseWork(x.rows, y.rows, taps));
    for (int n = 0; n < images; ++n) {
      DepthwiseConv({x.Rows(n * cells, cells), w.side, w.side}, taps, w.window, {},
                    y.Rows(n * cells_out, cells_out), run.pool);
    }
  }

  // x[cell, c] *= hard_sigmoid(expand(relu(reduce(mean over cells of x))))[c], per image.
  static void WeighChannels(const LdpBlock& w, int images, View<float> x, Workspace& workspace,
                            const Run& run) {
    PROFILE_ZONE(run.profiler, w.squeeze_zone, ElementwiseWork(x, 2));
    const View<float> mean = workspace.Alloc(images, x.cols);
    const View<float> reduced = workspace.Alloc(images, w.reduce.weight.outputs());
    const View<float> scale = workspace.Alloc(images, x.cols);
    const int cells = x.rows / images;
    for (int n = 0; n < images; ++n) GlobalMean(x.Rows(n * cells, cells), mean.Row(n));
    const View<float> quants =
        workspace.Alloc(images, QuantizedColumns(std::max(mean.cols, reduced.cols)));
    Inputs means(mean, quants);
    w.reduce.Apply(means, Activation::kRelu, reduced, run);  // [n, R]
    Inputs few(reduced, quants);
    w.expand.Apply(few, Activation::kHardSigmoid, scale, run);  // [n, D]
    for (int n = 0; n < images; ++n) ScaleChannels(x.Rows(n * cells, cells), scale.Row(n));
  }

  static void Add(View<const float> x, View<float> y) {
    for (int row = 0; row < x.rows; ++row) {
      const float* from = x.Row(row).data();
      float* to = y.Row(row).data();
      for (int c = 0; c < x.cols; ++c) to[c] += from[c];
    }
  }

  LdpWeights weights_;
};

// The shape of a 1x1 convolution; files may drop its last extents of 1.
Shape PointwiseShape(const WeightReader& reader, const std::string& module, int outputs,
                     int inputs) {
  const GgufTensor* tensor = reader.file().FindTensor(modules::Weight(module));
  const bool is_whole = tensor != nullptr && tensor->view.shape.rank() == 4;
  return is_whole ? Shape{outputs, inputs, 1, 1} : Shape{outputs, inputs};
}

Norm ReadNorm(WeightReader& reader, const std::string& module, int width, std::string zone) {
  Norm norm = reader.ReadNorm(module, width, std::move(zone));
  norm.epsilon = reader.Float(keys::kVisionLayerNormEpsilon, 1e-12f, 1.0f);
  return norm;
}

// number: as in the tensor names, from 1.
LdpBlock ReadBlock(WeightReader& reader, int number, int side, int stride, int width) {
  const std::string zone = "multi_modal_projector.layers." + std::to_string(number);
  const auto module = [number](int stage, std::string_view part) {
    return modules::LdpBlock(number, stage, part);
  };
  LdpBlock w;
  w.side = side;
  w.window = {.kernel = 3, .stride = stride};
  w.side_out = w.window.Outputs(side);
  w.depthwise_zone = zone + ".depthwise";
  w.taps = ReadDepthwise(reader, module(0, "0"), width);
  w.depthwise_norm = ReadNorm(reader, module(0, "1"), width, zone + ".depthwise.norm");
  w.squeeze_zone = zone + ".squeeze";
  const int reduced =
      reader.FirstExtent(modules::Weight(module(1, "fc1")), width, ModelLimits::kWidth);
  const auto shape = [&](const std::string& name, int outputs, int inputs) {
    return PointwiseShape(reader, name, outputs, inputs);
  };
  const std::string reduce = module(1, "fc1"), expand = module(1, "fc2"), mix = module(2, "0");
  w.reduce = reader.ReadLinear(reduce, shape(reduce, reduced, width), zone + ".squeeze.reduce");
  w.expand = reader.ReadLinear(expand, shape(expand, width, reduced), zone + ".squeeze.expand");
  w.mix = reader.ReadLinear(mix, shape(mix, width, width), zone + ".mix", BiasRule::kOptional);
  w.mix_norm = ReadNorm(reader, module(2, "1"), width, zone + ".mix.norm");
  return w;
}

Result<std::unique_ptr<Projector>> LoadLdp(const GgufFile& file, Packing packing) {
  WeightReader reader(file, packing);
  const LdpMlpSizes sizes = ReadLdpMlpSizes(reader, 1);
  const int width = sizes.outputs;
  const int side = ReadSideDividedBy(reader, 1, keys::kPatchSize);
  LdpWeights weights;
  weights.first = reader.ReadLinear(modules::LdpMlp(1), {width, sizes.inputs},
                                    "multi_modal_projector.linear_1");
  weights.second =
      reader.ReadLinear(modules::LdpMlp(3), {width, width}, "multi_modal_projector.linear_2");
  weights.blocks[0] = ReadBlock(reader, 1, side, 1, width);
  weights.blocks[1] = ReadBlock(reader, 2, side, 2, width);
  if (!reader.ok()) return reader.error();
  return std::unique_ptr<Projector>(std::make_unique<Ldp>(std::move(weights)));
}

}  // namespace

const ProjectorFamily kLdp = {
    .type = "ldp", .load = LoadLdp, .vision_encoder = kLlavaVisionEncoder};

}  // namespace edgevlm
