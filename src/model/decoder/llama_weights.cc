#include "model/decoder/llama_weights.h"

#include <algorithm>
#include <utility>

#include "gguf/names.h"
#include "model/decoder/llama_keys.h"

namespace edgevlm {
namespace {

void ReadGrid(WeightReader& reader, const LlamaTraits& traits, LlamaWeights& weights) {
  const int pairs = static_cast<int>(weights.frequencies.size());
  weights.axes = ReadRotaryAxes(reader, traits.architecture, pairs, *traits.axes);
  DecoderShape& shape = weights.shape;
  shape.has_grid_positions = true;
  shape.image_levels =
      IntOr(reader, keys::DeepstackLayerCount(traits.architecture), 0, shape.blocks, 0);
  if (shape.image_width() > ModelLimits::kWidth) {
    reader.Fail({ErrorCode::kTooLarge, "model: width of an image token: expected at most " +
                                           std::to_string(ModelLimits::kWidth) + ", found " +
                                           std::to_string(shape.image_width())});
  }
}

// The rotary angles of short and of long sequences, and the window.
void ReadLongSequences(WeightReader& reader, std::string_view name, LlamaWeights& weights) {
  DecoderShape& shape = weights.shape;
  weights.rotary_factor = FloatOr(reader, keys::RopeAttentionFactor(name), 0.1f, 10, 1);
  const int window = IntOr(reader, keys::SlidingWindow(name), 0, 1 << 30, 0);
  if (0 < window && window < shape.context) {
    shape.windows.assign(static_cast<std::size_t>(shape.blocks), window);
  }
  if (!reader.file().HasTensor(modules::Weight(modules::kRopeFactorsLong))) return;
  const int short_context = reader.Int(keys::RopeOriginalContext(name), 1, ModelLimits::kContext);
  weights.frequencies = ReadFrequencies(reader, name, shape.head_width, modules::kRopeFactorsShort);
  weights.long_frequencies =
      ReadFrequencies(reader, name, shape.head_width, modules::kRopeFactorsLong);
  shape.short_context = short_context < shape.context ? short_context : 0;
}

// Reads the layers of one block.
class BlockReader {
 public:
  BlockReader(WeightReader& reader, const LlamaWeights& sizes, float epsilon, std::string zone)
      : reader_(reader), sizes_(sizes), epsilon_(epsilon), zone_(std::move(zone)) {}

  LlamaBlock Read(int block, const LlamaTraits& traits) {
    const DecoderShape& shape = sizes_.shape;
    const int width = shape.width, hidden = sizes_.hidden;
    const int q_width = shape.heads * shape.head_width;
    const int kv_width = shape.kv_heads * shape.head_width;
    constexpr BiasRule kOptional = BiasRule::kOptional;
    LlamaBlock w;
    w.attn_norm = Norm(modules::AttnNorm(block), width, ".input_layernorm");
    if (traits.is_fused) {
      ReadFused(block, {q_width, width}, {kv_width, width}, w);
    } else {
      const BiasRule bias = traits.qkv_bias;
      w.attn_q = Matrix(modules::AttnQ(block), {q_width, width}, ".self_attn.q_proj", bias);
      w.attn_k = Matrix(modules::AttnK(block), {kv_width, width}, ".self_attn.k_proj", bias);
      w.attn_v = Matrix(modules::AttnV(block), {kv_width, width}, ".self_attn.v_proj", bias);
      w.mlp.gate = Matrix(modules::FfnGate(block), {hidden, width}, ".mlp.gate_proj", kOptional);
      w.mlp.up = Matrix(modules::FfnUp(block), {hidden, width}, ".mlp.up_proj", kOptional);
    }
    if (traits.has_head_norms) {
      w.q_norm = Norm(modules::AttnQNorm(block), shape.head_width, ".self_attn.q_norm");
      w.k_norm = Norm(modules::AttnKNorm(block), shape.head_width, ".self_attn.k_norm");
    }
    w.rope_zone = zone_ + ".self_attn.rotary_emb";
    w.attend_zone = zone_ + ".self_attn.attention";
    w.mlp.gate_up_zone = zone_ + ".mlp.gate_up_proj";
    w.attn_output =
        Matrix(modules::AttnOutput(block), {width, q_width}, ".self_attn.o_proj", kOptional);
    w.mlp_norm = Norm(modules::FfnNorm(block), width, ".post_attention_layernorm");
    w.mlp.down = Matrix(modules::FfnDown(block), {width, hidden}, ".mlp.down_proj", kOptional);
    return w;
  }

  RmsNormLayer Norm(std::string_view module, int width, std::string_view zone) {
    return {.zone = zone_ + std::string(zone),
            .gain = reader_.Values(modules::Weight(module), {width}),
            .epsilon = epsilon_};
  }

 private:
  // q, k and v lie one below the other in attn_qkv, the gate above up in ffn_up.
  void ReadFused(int block, const Shape& q, const Shape& kv, LlamaBlock& w) {
    const auto q_rows = static_cast<int>(q[0]), kv_rows = static_cast<int>(kv[0]);
    const std::string qkv = modules::AttnQkv(block), up = modules::FfnUp(block);
    const auto of_qkv = [&](int first, const Shape& shape, const char* zone) {
      return reader_.ReadLinearRows(qkv, q_rows + 2 * kv_rows, first, shape, zone_ + zone);
    };
    w.attn_q = of_qkv(0, q, ".self_attn.q_proj");
    w.attn_k = of_qkv(q_rows, kv, ".self_attn.k_proj");
    w.attn_v = of_qkv(q_rows + kv_rows, kv, ".self_attn.v_proj");
    const int hidden = sizes_.hidden;
    const Shape half = {hidden, sizes_.shape.width};
    w.mlp.gate = reader_.ReadLinearRows(up, 2 * hidden, 0, half, zone_ + ".mlp.gate_proj");
    w.mlp.up = reader_.ReadLinearRows(up, 2 * hidden, hidden, half, zone_ + ".mlp.up_proj");
  }

  Linear Matrix(std::string_view module, const Shape& shape, std::string_view zone, BiasRule bias) {
    return reader_.ReadLinear(module, shape, zone_ + std::string(zone), bias);
  }

  WeightReader& reader_;
  const LlamaWeights& sizes_;
  float epsilon_;
  std::string zone_;
};

}  // namespace

Result<LlamaWeights> ReadLlamaWeights(const GgufFile& file, const LlamaTraits& traits,
                                      Packing packing) {
  WeightReader reader(file, packing);
  const std::string_view name = traits.architecture;
  const DecoderSizes sizes = ReadDecoderSizes(reader, name);
  LlamaWeights weights;
  weights.shape = sizes.shape;
  weights.hidden = sizes.hidden;
  weights.pairs = traits.pairs;
  RefuseExperts(reader, name);
  ReadHeads(reader, name, weights.shape);
  const float epsilon = reader.Float(keys::RmsNormEpsilon(name), 1e-12f, 1.0f);
  weights.frequencies = ReadFrequencies(reader, name, weights.shape.head_width);
  if (traits.has_long_sequences) ReadLongSequences(reader, name, weights);
  if (traits.axes) ReadGrid(reader, traits, weights);
  CheckCacheBytes(reader, weights.shape);
  for (int block = 0; block < weights.shape.blocks && reader.ok(); ++block) {
    BlockReader blocks(reader, weights, epsilon, "language_model.layers." + std::to_string(block));
    weights.blocks.push_back(blocks.Read(block, traits));
  }
  weights.output_norm = BlockReader(reader, weights, epsilon, "language_model")
                            .Norm(modules::kOutputNorm, weights.shape.width, ".norm");
  weights.tokens = ReadTokenMatrices(reader, weights.shape);
  if (traits.axes || traits.is_fused) reader.RefuseUnread("blk.");
  if (!reader.ok()) return reader.error();
  return weights;
}

}  // namespace edgevlm
