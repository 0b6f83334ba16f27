// Reads the weights of Whisper's encoder.
#include <string>
#include <utility>

#include "gguf/names.h"
#include "kernels/attention/attention.h"
#include "model/audio/whisper_encoder.h"

namespace edgevlm {
namespace {

constexpr int kTaps = 3;

// A convolution [outputs, channels, kTaps] as the matrix of windows, [outputs, kTaps * channels].
Linear ReadConvolution(WeightReader& reader, int index, int outputs, int channels) {
  const std::string module = modules::AudioConvolution(index);
  Linear linear{.zone = "audio_tower.conv" + std::to_string(index), .weight = {}, .bias = {}};
  const std::vector<float> stored =
      reader.Values(modules::Weight(module), {outputs, channels, kTaps});
  // llama.cpp stores it as [outputs, 1].
  const GgufTensor* const bias = reader.file().FindTensor(modules::Bias(module));
  const bool is_column = bias != nullptr && bias->view.shape.rank() == 2;
  linear.bias =
      reader.Values(modules::Bias(module), is_column ? Shape{outputs, 1} : Shape{outputs});
  if (!reader.ok()) return linear;
  std::vector<float> values(stored.size());
  const View<const float> from(stored.data(), outputs, channels * kTaps);
  const View<float> to(values.data(), outputs, channels * kTaps);
  for (int output = 0; output < outputs; ++output) {
    for (int c = 0; c < channels; ++c) {
      for (int tap = 0; tap < kTaps; ++tap) {
        to.Row(output).data()[tap * channels + c] = from.Row(output).data()[c * kTaps + tap];
      }
    }
  }
  linear.weight = Weight(View<const float>(to));
  return linear;
}

// The modules of one block.
class AudioBlockReader {
 public:
  AudioBlockReader(WeightReader& reader, int block, const AudioSizes& sizes)
      : reader_(reader), block_(block), sizes_(sizes) {}

  AudioBlock Read() {
    using Fineness = WeightReader::Fineness;
    const int width = sizes_.width, hidden = sizes_.hidden;
    AudioBlock w;
    w.attn_norm = ReadNorm("ln1", "self_attn_layer_norm");
    w.attn_q = ReadLinear("attn_q", {width, width}, "self_attn.q_proj");
    w.attn_k = reader_.ReadLinear(modules::AudioBlock(block_, "attn_k"), {width, width},
                                  Zone("self_attn.k_proj"), BiasRule::kOptional);
    w.attn_v = ReadLinear("attn_v", {width, width}, "self_attn.v_proj");
    w.attend_zone = Zone("self_attn.attention");
    w.attn_output = ReadLinear("attn_out", {width, width}, "self_attn.out_proj");
    w.mlp_norm = ReadNorm("ln2", "final_layer_norm");
    w.mlp_up = ReadLinear("ffn_up", {hidden, width}, "fc1");
    // One scale a row only here (docs/performance.md).
    w.mlp_down = reader_.ReadLinear(modules::AudioBlock(block_, "ffn_down"), {width, hidden},
                                    Zone("fc2"), {.fineness = Fineness::kRows});
    return w;
  }

 private:
  std::string Zone(const std::string& part) const {
    return "audio_tower.layers." + std::to_string(block_) + "." + part;
  }
  Linear ReadLinear(const std::string& part, const Shape& shape, const std::string& zone) {
    return reader_.ReadLinear(modules::AudioBlock(block_, part), shape, Zone(zone));
  }
  Norm ReadNorm(const std::string& part, const std::string& zone) {
    Norm norm = reader_.ReadNorm(modules::AudioBlock(block_, part), sizes_.width, Zone(zone));
    norm.epsilon = sizes_.epsilon;
    return norm;
  }

  WeightReader& reader_;
  int block_;
  const AudioSizes& sizes_;
};

// Of Encode, for the longest sound: sizes that are legal one by one must not make a small file ask
// for gigabytes.
void CheckWorkspace(WeightReader& reader, const AudioSizes& sizes) {
  const long long rows = sizes.positions, width = sizes.width;
  const long long embedding = 2 * rows * (width + kTaps * sizes.bands) + kTaps * rows * width;
  const long long blocks =
      rows * (5 * width + sizes.hidden + QuantizedColumns(std::max(sizes.width, sizes.hidden)));
  const long long values = std::max(embedding, blocks);
  if (values <= ModelLimits::kWorkspaceValues) return;
  reader.Fail({ErrorCode::kTooLarge, "model: audio encoder: expected at most " +
                                         std::to_string(ModelLimits::kWorkspaceValues) +
                                         " values in flight, found " + std::to_string(values)});
}

}  // namespace

void CheckHeads(WeightReader& reader, const AudioSizes& sizes, std::string_view key) {
  if (!reader.ok()) return;
  if (sizes.width % sizes.heads == 0 && sizes.width / sizes.heads <= kMaxHeadWidth) return;
  reader.Fail({ErrorCode::kInvalid, "model: key '" + std::string(key) +
                                        "': expected a divisor of the width " +
                                        std::to_string(sizes.width) + " that leaves at most " +
                                        std::to_string(kMaxHeadWidth) + " per head, found " +
                                        std::to_string(sizes.heads)});
}

AudioWeights WhisperEncoder::Read(WeightReader& reader, const AudioSizes& sizes) {
  AudioWeights weights;
  weights.sizes = sizes;
  if (reader.ok()) CheckWorkspace(reader, sizes);
  weights.first_convolution = ReadConvolution(reader, 1, sizes.width, sizes.bands);
  weights.second_convolution = ReadConvolution(reader, 2, sizes.width, sizes.width);
  weights.positions =
      reader.Values(modules::Weight(modules::kAudioPositions), {sizes.positions, sizes.width});
  for (int block = 0; block < sizes.blocks && reader.ok(); ++block) {
    weights.blocks.push_back(AudioBlockReader(reader, block, sizes).Read());
  }
  weights.post_norm =
      reader.ReadNorm(modules::kAudioPostNorm, sizes.width, "audio_tower.layer_norm");
  weights.post_norm.epsilon = sizes.epsilon;
  reader.RefuseUnread(modules::kAudioTensors);
  return weights;
}

}  // namespace edgevlm
