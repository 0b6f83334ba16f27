#include "model/audio/ultravox.h"

#include <algorithm>
#include <string>
#include <utility>

#include "gguf/names.h"
#include "model/audio/projected_sizes.h"

namespace edgevlm {
namespace {

constexpr int kMaxStack = 64;
constexpr float kNormEpsilon = 1e-6f;  // files do not store it

struct UltravoxWeights {
  AudioWeights encoder;
  int stack = 1;          // s: neighboring rows that become one
  RmsNormLayer pre_norm;  // [s E]
  Linear value;           // [H / 2, s E]
  Linear gate;            // [H / 2, s E]
  RmsNormLayer mid_norm;  // [H / 2]
  Linear output;          // [D, H / 2]
};

SoundShape ShapeOf(const UltravoxWeights& weights) {
  return {.bands = weights.encoder.sizes.bands,
          .width = weights.output.weight.outputs(),
          .window_frames = 2 * weights.encoder.sizes.positions,
          .reads_alone = true};
}

class Ultravox final : public SoundEncoder {
 public:
  explicit Ultravox(UltravoxWeights weights)
      : SoundEncoder(ShapeOf(weights)),
        encoder_(std::move(weights.encoder)),
        weights_(std::move(weights)) {}

  int Tokens(int frames) const override {
    return (WhisperEncoder::Rows(frames) + weights_.stack - 1) / weights_.stack;
  }

  void Encode(View<const float> mel, int /*frames*/, View<float> embeddings, Workspace& workspace,
              const Run& run) const override {
    const WorkspaceScope scope(workspace);
    const View<float> features =
        workspace.Alloc(WhisperEncoder::Rows(mel.rows), encoder_.sizes().width);  // [R, E]
    encoder_.Encode(mel, features, workspace, run);
    if (!run.IsOver()) Project(features, embeddings, workspace, run);
  }

 private:
  // y = norm(value(x) * silu(gate(x))) Wo^T, with x = norm(s rows side by side)
  void Project(View<const float> features, View<float> embeddings, Workspace& workspace,
               const Run& run) const {
    const int rows = embeddings.rows, half = weights_.gate.weight.outputs();
    const View<float> stacked = workspace.Alloc(rows, weights_.stack * features.cols);
    Stack(features, stacked);  // [T, s E]
    const View<float> gated = workspace.Alloc(rows, half);
    const View<float> quants =
        workspace.Alloc(rows, QuantizedColumns(std::max(stacked.cols, half)));
    weights_.pre_norm.Apply(stacked, stacked, run);
    Inputs outer(stacked, quants);
    weights_.gate.Apply(outer, Activation::kSilu, gated, run);  // [T, H / 2]
    weights_.value.MultiplyInto(outer, gated, run);             // gated *= value(x)
    weights_.mid_norm.Apply(gated, gated, run);
    Inputs inner(gated, quants);
    weights_.output.Apply(inner, Activation::kNone, embeddings, run);  // [T, D]
  }

  // Zeros complete the last row.
  void Stack(View<const float> features, View<float> stacked) const {
    for (int i = 0; i < stacked.rows * weights_.stack; ++i) {
      float* const to = stacked.Row(i / weights_.stack).data() + i % weights_.stack * features.cols;
      if (i < features.rows) {
        std::ranges::copy(features.Row(i), to);
      } else {
        std::fill_n(to, features.cols, 0.0f);
      }
    }
  }

  WhisperEncoder encoder_;
  UltravoxWeights weights_;
};

RmsNormLayer ReadRmsNorm(WeightReader& reader, std::string_view module, int width,
                         const char* zone) {
  return {.zone = zone,
          .gain = reader.Values(modules::Weight(module), {width}),
          .epsilon = kNormEpsilon};
}

// s E, the width of s rows side by side; 1 after a failure.
int StackedWidth(WeightReader& reader, const UltravoxWeights& weights) {
  const int width = weights.stack * weights.encoder.sizes.width;
  if (width <= ModelLimits::kWidth) return reader.ok() ? width : 1;
  reader.Fail({ErrorCode::kTooLarge, "model: key '" + std::string(keys::kStackFactor) +
                                         "': expected at most " +
                                         std::to_string(ModelLimits::kWidth) +
                                         " features side by side, found " + std::to_string(width)});
  return 1;
}

// Rows of mlp.1: those of the values, then those of the gate.
int ReadHidden(WeightReader& reader, int inputs) {
  const int hidden =
      reader.FirstExtent(modules::Weight(modules::kUltravoxFirst), inputs, ModelLimits::kWidth);
  if (!reader.ok()) return 2;
  if (hidden % 2 == 0) return hidden;
  reader.Fail({ErrorCode::kInvalid, "model: tensor '" + modules::Weight(modules::kUltravoxFirst) +
                                        "': expected an even number of rows, found " +
                                        std::to_string(hidden)});
  return 2;
}

Result<std::unique_ptr<SoundEncoder>> LoadUltravox(const GgufFile& file, Packing packing) {
  WeightReader reader(file, packing);
  UltravoxWeights weights;
  const AudioSizes sizes = ReadProjectedSizes(reader);
  weights.stack = reader.Int(keys::kStackFactor, 1, kMaxStack);
  weights.encoder = WhisperEncoder::Read(reader, sizes);
  const int inputs = StackedWidth(reader, weights);
  const int hidden = ReadHidden(reader, inputs);
  const int half = hidden / 2;
  weights.pre_norm =
      ReadRmsNorm(reader, modules::kUltravoxPreNorm, inputs, "multi_modal_projector.ln_pre");
  weights.value = reader.ReadLinearRows(modules::kUltravoxFirst, hidden, 0, {half, inputs},
                                        "multi_modal_projector.linear_1");
  weights.gate = reader.ReadLinearRows(modules::kUltravoxFirst, hidden, half, {half, inputs},
                                       "multi_modal_projector.linear_1.gate");
  weights.mid_norm =
      ReadRmsNorm(reader, modules::kUltravoxMidNorm, half, "multi_modal_projector.ln_mid");
  const int outputs =
      reader.FirstExtent(modules::Weight(modules::kUltravoxSecond), half, ModelLimits::kWidth);
  weights.output = reader.ReadLinear(modules::kUltravoxSecond, {outputs, half},
                                     "multi_modal_projector.linear_2", BiasRule::kNone);
  reader.RefuseUnread(modules::kSoundProjectorTensors);
  if (!reader.ok()) return reader.error();
  return std::unique_ptr<SoundEncoder>(std::make_unique<Ultravox>(std::move(weights)));
}

}  // namespace

const SoundFamily kUltravox = {.type = "ultravox", .load = LoadUltravox};

}  // namespace edgevlm
