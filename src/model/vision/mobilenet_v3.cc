#include "model/vision/mobilenet_v3.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gguf/names.h"
#include "kernels/conv/conv.h"
#include "model/layers.h"
#include "model/weight_reader.h"

namespace edgevlm {
namespace {

constexpr Window kStemWindow = {.kernel = 3, .stride = 2};
constexpr int kColors = 3;

// Hu et al. 2017, "Squeeze-and-Excitation Networks".
struct Squeeze {
  Linear reduce;  // [R, X]
  Linear expand;  // [X, R]
  std::string zone;
};

// One bottleneck: Cin channels on a square of `side` cells -> X -> Cout channels.
struct Bottleneck {
  int side = 0;      // of the input
  int side_out = 0;  // of the output
  Activation activation = Activation::kRelu;
  std::optional<Linear> expand;  // [X, Cin]
  std::string depthwise_zone;
  Window window;
  std::vector<float> taps;            // [kernel * kernel, X]
  std::vector<float> depthwise_bias;  // [X]
  std::optional<Squeeze> squeeze;
  Linear project;  // [Cout, X]
  bool has_residual = false;

  int channels() const { return project.weight.inputs(); }  // X
};

struct MobileNetWeights {
  std::string stem_zone;
  Weight stem;                   // PackConv2d of [C, 3, 3, 3]
  std::vector<float> stem_bias;  // [C]
  std::vector<Bottleneck> blocks;
  Linear head;  // [E, C]
};

class MobileNetV3 final : public VisionEncoder {
 public:
  MobileNetV3(const VisionShape& shape, MobileNetWeights weights)
      : VisionEncoder(shape), weights_(std::move(weights)) {}

  void Encode(View<const float> pixels, View<float> features, Workspace& workspace,
              const Run& run) const override {
    const Workspace::Mark mark = workspace.mark();
    const int side = shape().preprocessing.size;
    const int pictures = pixels.rows / (side * side);
    CHECK(pictures >= 1 && features.rows == pictures * shape().tokens);
    View<const float> x = Stem(pixels, pictures, workspace, run);  // [n * cells, C]
    for (const Bottleneck& block : weights_.blocks) {
      const View<float> y = workspace.Take(pictures * block.side_out * block.side_out,
                                           block.project.weight.outputs());
      RunBlock(block, pictures, x, y, workspace, run);  // [n * cells, Cout]
      x = y;
    }
    weights_.head.Apply(x, Activation::kHardSwish, features, run);  // [n * P, E]
    workspace.Rewind(mark);
  }

 private:
  View<const float> Stem(View<const float> pixels, int pictures, Workspace& workspace,
                         const Run& run) const {
    PROFILE_ZONE(run.profiler, weights_.stem_zone);
    const int side = shape().preprocessing.size;
    const int side_out = kStemWindow.Outputs(side);
    const int cells = side_out * side_out;
    const View<float> y = workspace.Take(pictures * cells, weights_.stem.outputs());
    const Workspace::Mark mark = workspace.mark();
    const View<float> scratch =
        workspace.Take(cells, kStemWindow.kernel * kStemWindow.kernel * kColors);
    for (int n = 0; n < pictures; ++n) {
      const FeatureMap picture = {pixels.Rows(n * side * side, side * side), side, side};
      Conv2d(picture, weights_.stem, kStemWindow,
             {.bias = weights_.stem_bias, .activation = Activation::kHardSwish},
             {scratch.data, Conv2dScratchSize(picture, kStemWindow)}, y.Rows(n * cells, cells),
             run.pool);
    }
    workspace.Rewind(mark);
    return y;
  }

  //   x  [n * side^2, Cin]
  //   y  [n * side_out^2, Cout]
  static void RunBlock(const Bottleneck& w, int pictures, View<const float> x, View<float> y,
                       Workspace& workspace, const Run& run) {
    const Workspace::Mark mark = workspace.mark();
    View<const float> wide = x;
    if (w.expand) {
      const View<float> expanded = workspace.Take(x.rows, w.channels());
      w.expand->Apply(x, w.activation, expanded, run);  // [n * side^2, X]
      wide = expanded;
    }
    const View<float> seen = workspace.Take(y.rows, w.channels());
    Depthwise(w, pictures, wide, seen, run);                          // [n * side_out^2, X]
    if (w.squeeze) WeighChannels(w, pictures, seen, workspace, run);  // in place
    if (w.has_residual) std::copy_n(x.data, x.rows * std::ptrdiff_t{x.cols}, y.data);
    if (w.has_residual) {
      w.project.AddTo(seen, y, run);  // y = x + project(seen)
    } else {
      w.project.Apply(seen, Activation::kNone, y, run);  // [n * side_out^2, Cout]
    }
    workspace.Rewind(mark);
  }

  static void Depthwise(const Bottleneck& w, int pictures, View<const float> x, View<float> y,
                        const Run& run) {
    PROFILE_ZONE(run.profiler, w.depthwise_zone);
    const int cells = w.side * w.side;
    const int cells_out = w.side_out * w.side_out;
    const View<const float> taps(w.taps.data(), w.window.kernel * w.window.kernel, x.cols);
    for (int n = 0; n < pictures; ++n) {
      DepthwiseConv({x.Rows(n * cells, cells), w.side, w.side}, taps, w.window,
                    {.bias = w.depthwise_bias, .activation = w.activation},
                    y.Rows(n * cells_out, cells_out), run.pool);
    }
  }

  // x[cell, c] *= hard_sigmoid(expand(relu(reduce(mean over cells of x))))[c], per picture.
  static void WeighChannels(const Bottleneck& w, int pictures, View<float> x, Workspace& workspace,
                            const Run& run) {
    PROFILE_ZONE(run.profiler, w.squeeze->zone);
    const Linear& reduce = w.squeeze->reduce;
    const View<float> mean = workspace.Take(pictures, x.cols);
    const View<float> reduced = workspace.Take(pictures, reduce.weight.outputs());
    const View<float> scale = workspace.Take(pictures, x.cols);
    const int cells = x.rows / pictures;
    for (int n = 0; n < pictures; ++n) GlobalMean(x.Rows(n * cells, cells), mean.Row(n));
    reduce.Apply(mean, Activation::kRelu, reduced, run);                     // [n, R]
    w.squeeze->expand.Apply(reduced, Activation::kHardSigmoid, scale, run);  // [n, X]
    for (int n = 0; n < pictures; ++n) ScaleChannels(x.Rows(n * cells, cells), scale.Row(n));
  }

  MobileNetWeights weights_;
};

// Values of workspace that one picture takes: what the blocks give out, and the largest inside of a
// block (or of the stem, with its windows).
long long WorkspaceValues(const MobileNetWeights& weights, int side) {
  const auto square = [](int cells) { return 1LL * cells * cells; };
  const int stem_side = kStemWindow.Outputs(side);
  long long given_out = square(stem_side) * weights.stem.outputs();
  long long inside = square(stem_side) * kStemWindow.kernel * kStemWindow.kernel * kColors;
  for (const Bottleneck& block : weights.blocks) {
    given_out += square(block.side_out) * block.project.weight.outputs();
    inside = std::max(inside, (square(block.side) + square(block.side_out)) * block.channels());
  }
  return given_out + inside;
}

// What the keys say of one block.
struct BlockKeys {
  int stride = 1;
  int kernel = 3;
  bool is_hard_swish = false;
};

std::vector<BlockKeys> ReadBlockKeys(WeightReader& reader) {
  const GgufKey* strides = reader.file().FindKey(keys::kMobileNetStride);
  const std::uint64_t count = strides == nullptr ? 1 : strides->count;
  if (count < 1 || count > ModelLimits::kBlocks) {
    reader.Fail({ErrorCode::kInvalid, "model: key '" + std::string(keys::kMobileNetStride) +
                                          "': expected 1 to " +
                                          std::to_string(ModelLimits::kBlocks) + " values, found " +
                                          std::to_string(count)});
    return {};
  }
  const auto stride = reader.Ints(keys::kMobileNetStride, count, 1, 2);
  const auto kernel = reader.Ints(keys::kMobileNetKernel, count, 1, 11);
  const auto hard_swish = reader.Bools(keys::kMobileNetHardSwish, count);
  std::vector<BlockKeys> blocks;
  for (std::size_t i = 0; i < count; ++i) {
    if (kernel[i] % 2 == 0) {
      reader.Fail({ErrorCode::kInvalid, "model: key '" + std::string(keys::kMobileNetKernel) +
                                            "': expected odd numbers, found " +
                                            std::to_string(kernel[i])});
    }
    blocks.push_back({stride[i], kernel[i], hard_swish[i]});
  }
  return blocks;
}

Squeeze ReadSqueeze(WeightReader& reader, int block, int channels, const std::string& zone) {
  const std::string reduce = modules::VisionSqueezeReduce(block);
  const int reduced = reader.FirstExtent(modules::Weight(reduce), channels, ModelLimits::kWidth);
  return {.reduce = reader.ReadLinear(reduce, {reduced, channels}, zone + ".squeeze.reduce"),
          .expand = reader.ReadLinear(modules::VisionSqueezeExpand(block), {channels, reduced},
                                      zone + ".squeeze.expand"),
          .zone = zone + ".squeeze"};
}

// inputs: Cin; side: of the square of cells that comes in.
Bottleneck ReadBottleneck(WeightReader& reader, int block, const BlockKeys& keys, int inputs,
                          int side) {
  const std::string zone = "vision.block." + std::to_string(block);
  const std::string depthwise = modules::VisionDepthwise(block);
  const int area = keys.kernel * keys.kernel;
  const int channels =
      reader.FirstExtent(modules::Weight(depthwise), area, ModelLimits::kWidth);  // X

  Bottleneck w;
  w.side = side;
  w.window = {.kernel = keys.kernel, .stride = keys.stride};
  w.side_out = w.window.Outputs(side);
  w.activation = keys.is_hard_swish ? Activation::kHardSwish : Activation::kRelu;
  const std::string expand = modules::VisionExpand(block);
  if (channels != inputs || reader.file().HasTensor(modules::Weight(expand))) {
    w.expand = reader.ReadLinear(expand, {channels, inputs, 1, 1}, zone + ".expand");
  }
  const std::vector<float> taps =
      reader.Values(modules::Weight(depthwise), {channels, 1, keys.kernel, keys.kernel});
  if (reader.ok()) w.taps = PackDepthwise({taps.data(), channels, area});
  w.depthwise_bias = reader.Values(modules::Bias(depthwise), {channels});
  w.depthwise_zone = zone + ".depthwise";
  if (reader.file().HasTensor(modules::Weight(modules::VisionSqueezeReduce(block)))) {
    w.squeeze = ReadSqueeze(reader, block, channels, zone);
  }
  const std::string project = modules::VisionProject(block);
  const int outputs =
      reader.FirstExtent(modules::Weight(project), channels, ModelLimits::kWidth);  // Cout
  w.project = reader.ReadLinear(project, {outputs, channels, 1, 1}, zone + ".project");
  w.has_residual = keys.stride == 1 && inputs == outputs;
  return w;
}

Preprocessing ReadPreprocessing(WeightReader& reader) {
  Preprocessing preprocessing;
  preprocessing.size = reader.Int(keys::kImageSize, 1, ModelLimits::kImageSize);
  const auto mean = reader.Floats(keys::kImageMean, kColors, -1e3f, 1e3f);
  const auto std = reader.Floats(keys::kImageStd, kColors, 1e-3f, 1e3f);
  std::ranges::copy(mean, preprocessing.mean.begin());
  std::ranges::copy(std, preprocessing.std.begin());
  return preprocessing;
}

Result<std::unique_ptr<VisionEncoder>> LoadMobileNetV3(const GgufFile& file) {
  WeightReader reader(file);
  VisionShape shape;
  shape.preprocessing = ReadPreprocessing(reader);
  shape.width = reader.Int(keys::kVisionEmbeddingLength, 1, ModelLimits::kWidth);
  const std::vector<BlockKeys> block_keys = ReadBlockKeys(reader);

  MobileNetWeights weights;
  weights.stem_zone = "vision.stem";
  const int window_values = kStemWindow.kernel * kStemWindow.kernel * kColors;
  const std::string stem(modules::kVisionStem);
  int channels = reader.FirstExtent(modules::Weight(stem), window_values, ModelLimits::kWidth);
  int side = kStemWindow.Outputs(shape.preprocessing.size);
  const std::vector<float> stem_weight = reader.Values(
      modules::Weight(stem), {channels, kColors, kStemWindow.kernel, kStemWindow.kernel});
  weights.stem_bias = reader.Values(modules::Bias(stem), {channels});

  for (int i = 0; i < static_cast<int>(block_keys.size()) && reader.ok(); ++i) {
    const BlockKeys& keys = block_keys[static_cast<std::size_t>(i)];
    weights.blocks.push_back(ReadBottleneck(reader, i, keys, channels, side));
    channels = std::max(1, weights.blocks.back().project.weight.outputs());
    side = weights.blocks.back().side_out;
  }
  weights.head =
      reader.ReadLinear(modules::kVisionHead, {shape.width, channels, 1, 1}, "vision.head");
  if (!reader.ok()) return reader.error();
  weights.stem =
      PackConv2d({stem_weight.data(), static_cast<int>(weights.stem_bias.size()), window_values},
                 kStemWindow.kernel);
  shape.tokens = side * side;
  shape.workspace_values = WorkspaceValues(weights, shape.preprocessing.size);
  if (shape.workspace_values > ModelLimits::kWorkspaceValues) {
    return Error{ErrorCode::kTooLarge,
                 "model: eye: expected at most " + std::to_string(ModelLimits::kWorkspaceValues) +
                     " values in flight, found " + std::to_string(shape.workspace_values)};
  }
  return std::unique_ptr<VisionEncoder>(std::make_unique<MobileNetV3>(shape, std::move(weights)));
}

}  // namespace

const VisionFamily kMobileNetV3 = {.encoder = "mobilenet_v3", .load = LoadMobileNetV3};

}  // namespace edgevlm
