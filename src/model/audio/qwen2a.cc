#include "model/audio/qwen2a.h"

#include <algorithm>
#include <utility>

#include "gguf/names.h"
#include "model/audio/projected_sizes.h"

namespace edgevlm {
namespace {

struct Qwen2AudioWeights {
  AudioWeights encoder;
  Linear output;  // [D, E]
};

SoundShape ShapeOf(const Qwen2AudioWeights& weights) {
  return {.bands = weights.encoder.sizes.bands,
          .width = weights.output.weight.outputs(),
          .window_frames = 2 * weights.encoder.sizes.positions,
          .before = "<|audio_bos|>",
          .after = "<|audio_eos|>\n",
          .counted_as = "Audio"};
}

// The model was trained on 30 s in which no row attends to those of silence alone, so that these
// need not be computed: a short sound costs what it is long.
class Qwen2Audio final : public SoundEncoder {
 public:
  explicit Qwen2Audio(Qwen2AudioWeights weights)
      : SoundEncoder(ShapeOf(weights)),
        encoder_(std::move(weights.encoder)),
        output_(std::move(weights.output)) {}

  int Tokens(int frames) const override { return WhisperEncoder::Rows(frames) / 2; }

  // The convolutions of the last row reach two frames further than the sound.
  int InputFrames(int frames) const override { return std::min(frames + 2, shape().window_frames); }

  void Encode(View<const float> mel, int frames, View<float> embeddings, Workspace& workspace,
              const Run& run) const override {
    const WorkspaceScope scope(workspace);
    const View<float> rows =
        workspace.Alloc(WhisperEncoder::Rows(frames), encoder_.sizes().width);  // [R, E]
    encoder_.EncodeUnnormed(mel, rows, workspace, run);
    if (run.IsOver()) return;
    const View<float> means = workspace.Alloc(embeddings.rows, rows.cols);  // [R / 2, E]
    for (int i = 0; i < means.rows; ++i) {
      std::ranges::transform(rows.Row(2 * i), rows.Row(2 * i + 1), means.Row(i).begin(),
                             [](float a, float b) { return (a + b) / 2; });
    }
    encoder_.post_norm().Apply(means, means, run);
    Inputs inputs(means, workspace.Alloc(means.rows, QuantizedColumns(means.cols)));
    output_.Apply(inputs, Activation::kNone, embeddings, run);  // [R / 2, D]
  }

 private:
  WhisperEncoder encoder_;
  Linear output_;
};

Result<std::unique_ptr<SoundEncoder>> LoadQwen2Audio(const GgufFile& file, Packing packing) {
  WeightReader reader(file, packing);
  Qwen2AudioWeights weights;
  const AudioSizes sizes = ReadProjectedSizes(reader);
  weights.encoder = WhisperEncoder::Read(reader, sizes);
  const int outputs = reader.FirstExtent(modules::Weight(modules::kQwen2AudioOutput), sizes.width,
                                         ModelLimits::kWidth);
  weights.output = reader.ReadLinear(modules::kQwen2AudioOutput, {outputs, sizes.width},
                                     "multi_modal_projector.linear");
  reader.RefuseUnread(modules::kSoundProjectorTensors);
  if (!reader.ok()) return reader.error();
  return std::unique_ptr<SoundEncoder>(std::make_unique<Qwen2Audio>(std::move(weights)));
}

}  // namespace

const SoundFamily kQwen2Audio = {.type = "qwen2a", .load = LoadQwen2Audio};

}  // namespace edgevlm
