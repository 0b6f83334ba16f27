#include "model/vision/mobilenet_v3.h"

#include <algorithm>
#include <string>
#include <utility>

#include "model/vision/mobilenet_v3_weights.h"
#include "model/zone_work.h"

namespace edgevlm {
namespace {

class MobileNetV3 final : public VisionEncoder {
 public:
  MobileNetV3(const VisionShape& shape, MobileNetWeights weights)
      : VisionEncoder(shape), weights_(std::move(weights)) {}

  void Encode(const InputImages& input, const EncodedImages& encoded, Workspace& workspace,
              const Run& run) const override {
    const Workspace::Mark mark = workspace.mark();
    const View<const float> pixels = input.pixels;
    const int side = shape().preprocessing.size;
    const int images = pixels.rows / (side * side);
    CHECK(images >= 1 && encoded.features.rows == images * shape().tokens);
    CHECK(encoded.scores.rows == 0);
    View<const float> x = Stem(pixels, images, workspace, run);  // [n * cells, C]
    for (const Bottleneck& block : weights_.blocks) {
      if (run.IsOver()) return workspace.Rewind(mark);
      run.Yield();
      const View<float> y =
          workspace.Alloc(images * block.side_out * block.side_out, block.project.weight.outputs());
      RunBlock(block, images, x, y, workspace, run);  // [n * cells, Cout]
      x = y;
    }
    weights_.head.Apply(x, Activation::kHardSwish, encoded.features, run);  // [n * P, E]
    workspace.Rewind(mark);
  }

 private:
  View<const float> Stem(View<const float> pixels, int images, Workspace& workspace,
                         const Run& run) const {
    const int side = shape().preprocessing.size;
    const int side_out = kStemWindow.Outputs(side);
    const int cells = side_out * side_out;
    PROFILE_ZONE(run.profiler, weights_.stem_zone,
                 ProductWork(images * cells, weights_.stem, Arithmetic::kFloat32));
    const View<float> y = workspace.Alloc(images * cells, weights_.stem.outputs());
    const Workspace::Mark mark = workspace.mark();
    const View<float> scratch =
        workspace.Alloc(cells, kStemWindow.kernel * kStemWindow.kernel * kColors);
    for (int n = 0; n < images; ++n) {
      const FeatureMap image = {pixels.Rows(n * side * side, side * side), side, side};
      Conv2d(image, weights_.stem, kStemWindow,
             {.bias = weights_.stem_bias, .activation = Activation::kHardSwish},
             {scratch.data, Conv2dScratchSize(image, kStemWindow)}, y.Rows(n * cells, cells),
             run.pool);
    }
    workspace.Rewind(mark);
    return y;
  }

  //   x  [n * side^2, Cin]
  //   y  [n * side_out^2, Cout]
  static void RunBlock(const Bottleneck& w, int images, View<const float> x, View<float> y,
                       Workspace& workspace, const Run& run) {
    const Workspace::Mark mark = workspace.mark();
    View<const float> wide = x;
    if (w.expand) {
      const View<float> expanded = workspace.Alloc(x.rows, w.channels());
      w.expand->Apply(x, w.activation, expanded, run);  // [n * side^2, X]
      wide = expanded;
    }
    const View<float> filtered = workspace.Alloc(y.rows, w.channels());
    Depthwise(w, images, wide, filtered, run);                          // [n * side_out^2, X]
    if (w.squeeze) WeighChannels(w, images, filtered, workspace, run);  // in place
    if (w.has_residual) std::copy_n(x.data, x.rows * std::ptrdiff_t{x.cols}, y.data);
    if (w.has_residual) {
      w.project.AddTo(filtered, y, run);  // y = x + project(filtered)
    } else {
      w.project.Apply(filtered, Activation::kNone, y, run);  // [n * side_out^2, Cout]
    }
    workspace.Rewind(mark);
  }

  static void Depthwise(const Bottleneck& w, int images, View<const float> x, View<float> y,
                        const Run& run) {
    const int cells = w.side * w.side;
    const int cells_out = w.side_out * w.side_out;
    const View<const float> taps(w.taps.data(), w.window.kernel * w.window.kernel, x.cols);
    PROFILE_ZONE(run.profiler, w.depthwise_zone, DepthwiseWork(x.rows, y.rows, taps));
    for (int n = 0; n < images; ++n) {
      DepthwiseConv({x.Rows(n * cells, cells), w.side, w.side}, taps, w.window,
                    {.bias = w.depthwise_bias, .activation = w.activation},
                    y.Rows(n * cells_out, cells_out), run.pool);
    }
  }

  // x[cell, c] *= hard_sigmoid(expand(relu(reduce(mean over cells of x))))[c], per image.
  static void WeighChannels(const Bottleneck& w, int images, View<float> x, Workspace& workspace,
                            const Run& run) {
    PROFILE_ZONE(run.profiler, w.squeeze->zone, ElementwiseWork(x, 2));
    const Linear& reduce = w.squeeze->reduce;
    const View<float> mean = workspace.Alloc(images, x.cols);
    const View<float> reduced = workspace.Alloc(images, reduce.weight.outputs());
    const View<float> scale = workspace.Alloc(images, x.cols);
    const int cells = x.rows / images;
    for (int n = 0; n < images; ++n) GlobalMean(x.Rows(n * cells, cells), mean.Row(n));
    reduce.Apply(mean, Activation::kRelu, reduced, run);                     // [n, R]
    w.squeeze->expand.Apply(reduced, Activation::kHardSigmoid, scale, run);  // [n, X]
    for (int n = 0; n < images; ++n) ScaleChannels(x.Rows(n * cells, cells), scale.Row(n));
  }

  MobileNetWeights weights_;
};

Result<std::unique_ptr<VisionEncoder>> LoadMobileNetV3(const GgufFile& file,
                                                       const VisionEncoderUse&,
                                                       const VisionEncoderOptions& options) {
  if (options.merged_tokens != 0) {
    return Error{
        ErrorCode::kUnsupported,
        "tome: expected 0 for the vision encoder 'mobilenet_v3', which has no attention, found " +
            std::to_string(options.merged_tokens)};
  }
  WeightReader reader(file);
  MobileNetV3Parts parts = ReadMobileNetV3(reader);
  if (!reader.ok()) return reader.error();
  return std::unique_ptr<VisionEncoder>(
      std::make_unique<MobileNetV3>(parts.shape, std::move(parts.weights)));
}

}  // namespace

const VisionFamily kMobileNetV3 = {.encoder = "mobilenet_v3", .load = LoadMobileNetV3};

}  // namespace edgevlm
