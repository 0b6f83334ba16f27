#include "model/decoder/whisper_weights.h"

#include <string_view>
#include <utility>

#include "gguf/names.h"

namespace edgevlm {
namespace {

constexpr std::string_view kName = "whisper";

// The modules of one block.
class WhisperBlockReader {
 public:
  WhisperBlockReader(WeightReader& reader, int block, const WhisperWeights& sizes, float epsilon)
      : reader_(reader), block_(block), sizes_(sizes), epsilon_(epsilon) {}

  WhisperBlock Read() {
    const int width = sizes_.shape.width, hidden = sizes_.hidden;
    WhisperBlock w;
    w.self.norm = ReadNorm(modules::AttnNorm(block_), "self_attn_layer_norm");
    w.self.q = ReadSquare(modules::AttnQ(block_), "self_attn.q_proj");
    w.self.k = ReadSquare(modules::AttnK(block_), "self_attn.k_proj", BiasRule::kOptional);
    w.self.v = ReadSquare(modules::AttnV(block_), "self_attn.v_proj");
    w.self.output = ReadSquare(modules::AttnOutput(block_), "self_attn.out_proj");
    w.self.attend_zone = Zone("self_attn.attention");
    w.cross.norm = ReadNorm(modules::CrossAttn(block_, "norm"), "encoder_attn_layer_norm");
    w.cross.q = ReadSquare(modules::CrossAttn(block_, "q"), "encoder_attn.q_proj");
    w.cross.k =
        ReadSquare(modules::CrossAttn(block_, "k"), "encoder_attn.k_proj", BiasRule::kOptional);
    w.cross.v = ReadSquare(modules::CrossAttn(block_, "v"), "encoder_attn.v_proj");
    w.cross.output = ReadSquare(modules::CrossAttn(block_, "output"), "encoder_attn.out_proj");
    w.cross.attend_zone = Zone("encoder_attn.attention");
    w.mlp_norm = ReadNorm(modules::FfnNorm(block_), "final_layer_norm");
    w.mlp_up = reader_.ReadLinear(modules::FfnUp(block_), {hidden, width}, Zone("fc1"));
    w.mlp_down = reader_.ReadLinear(modules::FfnDown(block_), {width, hidden}, Zone("fc2"));
    return w;
  }

 private:
  std::string Zone(const std::string& part) const {
    return "language_model.layers." + std::to_string(block_) + "." + part;
  }
  Linear ReadSquare(const std::string& module, const std::string& zone,
                    BiasRule bias = BiasRule::kRequired) {
    return reader_.ReadLinear(module, {sizes_.shape.width, sizes_.shape.width}, Zone(zone), bias);
  }
  Norm ReadNorm(const std::string& module, const std::string& zone) {
    Norm norm = reader_.ReadNorm(module, sizes_.shape.width, Zone(zone));
    norm.epsilon = epsilon_;
    return norm;
  }

  WeightReader& reader_;
  int block_;
  const WhisperWeights& sizes_;
  float epsilon_;
};

}  // namespace

WhisperWeights ReadWhisperDecoder(WeightReader& reader) {
  WhisperWeights weights;
  DecoderSizes sizes = ReadDecoderSizes(reader, kName);
  sizes.shape.head_width = DividedHeadWidth(reader, kName, sizes.shape);
  weights.shape = sizes.shape;
  weights.hidden = sizes.hidden;
  const float epsilon = reader.Float(keys::LayerNormEpsilon(kName), 1e-12f, 1.0f);
  CheckCacheBytes(reader, weights.shape);
  weights.positions = reader.Values(modules::Weight(modules::kPositionEmbedding),
                                    {weights.shape.context, weights.shape.width});
  for (int block = 0; block < weights.shape.blocks && reader.ok(); ++block) {
    weights.blocks.push_back(WhisperBlockReader(reader, block, weights, epsilon).Read());
  }
  weights.output_norm =
      reader.ReadNorm(modules::kOutputNorm, weights.shape.width, "language_model.norm");
  weights.output_norm.epsilon = epsilon;
  weights.tokens = ReadTokenMatrices(reader, weights.shape);
  reader.RefuseUnread("blk.");
  return weights;
}

}  // namespace edgevlm
