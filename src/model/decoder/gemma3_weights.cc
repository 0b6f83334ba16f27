#include "model/decoder/gemma3_weights.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "gguf/names.h"
#include "kernels/rope/rope.h"
#include "model/decoder/llama_keys.h"

namespace edgevlm {
namespace {

// Every sixth block is global, the others have a window; files need not say so.
constexpr int kPattern = 6;
constexpr float kLocalRopeBase = 1e4f;

// Whether block N has a window.
std::vector<bool> ReadPattern(WeightReader& reader, std::string_view name, int blocks) {
  const std::string key = keys::SlidingWindowPattern(name);
  if (reader.file().HasKey(key) && reader.file().Bools(key)) {
    return reader.Bools(key, static_cast<std::size_t>(blocks));
  }
  const int every = IntOr(reader, key, 1, ModelLimits::kBlocks, kPattern);
  std::vector<bool> is_local(static_cast<std::size_t>(blocks));
  for (int i = 0; i < blocks; ++i) is_local[static_cast<std::size_t>(i)] = (i + 1) % every != 0;
  return is_local;
}

std::vector<int> ReadWindows(WeightReader& reader, std::string_view name, int blocks) {
  const int window = IntOr(reader, keys::SlidingWindow(name), 0, ModelLimits::kContext, 0);
  std::vector<int> windows;
  for (const bool is_local : ReadPattern(reader, name, blocks)) {
    windows.push_back(is_local ? window : 0);
  }
  return windows;
}

// Caps of scores and logits are Gemma 2's.
void RefuseSoftcaps(WeightReader& reader, std::string_view name) {
  for (const std::string& key : {keys::AttentionSoftcap(name), keys::FinalSoftcap(name)}) {
    const float cap = FloatOr(reader, key, 0, 1e6f, 0);
    if (cap > 0) FailKey(reader, key, "0 (no soft cap)", std::to_string(cap));
  }
}

// Scores are divided by sqrt(d), except in the 27B model, the one with 62 blocks, where the divisor
// is sqrt(D / Hq). Attention divides by sqrt(d); the rest is a factor of the queries.
float QueryScale(const DecoderShape& shape) {
  constexpr int kBlocksOf27B = 62;
  if (shape.blocks != kBlocksOf27B) return 1;
  return std::sqrt(static_cast<float>(shape.head_width * shape.heads) /
                   static_cast<float>(shape.width));
}

// Reads the layers of one block, or those behind the last one.
class Gemma3Reader {
 public:
  Gemma3Reader(WeightReader& reader, const Gemma3Weights& sizes, float epsilon, std::string zone)
      : reader_(reader), sizes_(sizes), epsilon_(epsilon), zone_(std::move(zone)) {}

  Gemma3Block Read(int block) {
    const DecoderShape& shape = sizes_.shape;
    const int width = shape.width, hidden = sizes_.hidden, head = shape.head_width;
    const int q_width = shape.heads * head, kv_width = shape.kv_heads * head;
    Gemma3Block w;
    w.attn_norm = Norm(modules::AttnNorm(block), width, ".input_layernorm");
    w.attn_q = Matrix(modules::AttnQ(block), {q_width, width}, ".self_attn.q_proj");
    w.attn_k = Matrix(modules::AttnK(block), {kv_width, width}, ".self_attn.k_proj");
    w.attn_v = Matrix(modules::AttnV(block), {kv_width, width}, ".self_attn.v_proj");
    w.q_norm = Norm(modules::AttnQNorm(block), head, ".self_attn.q_norm");
    w.k_norm = Norm(modules::AttnKNorm(block), head, ".self_attn.k_norm");
    for (float& gain : w.q_norm.gain) gain *= QueryScale(shape);
    w.rope_zone = zone_ + ".self_attn.rotary_emb";
    w.attend_zone = zone_ + ".self_attn.attention";
    w.mlp.gate_up_zone = zone_ + ".mlp.gate_up_proj";
    w.attn_output = Matrix(modules::AttnOutput(block), {width, q_width}, ".self_attn.o_proj");
    w.attn_post_norm = Norm(modules::AttnPostNorm(block), width, ".post_attention_layernorm");
    w.mlp_norm = Norm(modules::FfnNorm(block), width, ".pre_feedforward_layernorm");
    w.mlp.gate = Matrix(modules::FfnGate(block), {hidden, width}, ".mlp.gate_proj");
    w.mlp.up = Matrix(modules::FfnUp(block), {hidden, width}, ".mlp.up_proj");
    w.mlp.down = Matrix(modules::FfnDown(block), {width, hidden}, ".mlp.down_proj");
    w.mlp_post_norm = Norm(modules::FfnPostNorm(block), width, ".post_feedforward_layernorm");
    return w;
  }

  RmsNormLayer Norm(std::string_view module, int width, std::string_view zone) {
    return {.zone = zone_ + std::string(zone),
            .gain = reader_.Values(modules::Weight(module), {width}),
            .epsilon = epsilon_};
  }

 private:
  Linear Matrix(std::string_view module, const Shape& shape, std::string_view zone) {
    return reader_.ReadLinear(module, shape, zone_ + std::string(zone), BiasRule::kNone);
  }

  WeightReader& reader_;
  const Gemma3Weights& sizes_;
  float epsilon_;
  std::string zone_;
};

std::vector<double> ReadLocalFrequencies(WeightReader& reader, std::string_view name,
                                         int head_width) {
  const float base = FloatOr(reader, keys::RopeFreqBaseSwa(name), 1, 1e12f, kLocalRopeBase);
  return RopeFrequencies({.rotated = head_width, .base = static_cast<double>(base)});
}

}  // namespace

Result<Gemma3Weights> ReadGemma3Weights(const GgufFile& file, std::string_view architecture,
                                        Packing packing) {
  WeightReader reader(file, packing);
  const std::string_view name = architecture;
  const DecoderSizes sizes = ReadDecoderSizes(reader, name);
  Gemma3Weights weights;
  DecoderShape& shape = weights.shape;
  shape = sizes.shape;
  shape.bidirectional_images = true;
  weights.hidden = sizes.hidden;
  ReadHeads(reader, name, shape);
  shape.windows = ReadWindows(reader, name, shape.blocks);
  RefuseSoftcaps(reader, name);
  const float epsilon = reader.Float(keys::RmsNormEpsilon(name), 1e-12f, 1.0f);
  weights.global_frequencies = ReadFrequencies(reader, name, shape.head_width);
  if (reader.ok()) {
    weights.local_frequencies = ReadLocalFrequencies(reader, name, shape.head_width);
  }
  CheckCacheBytes(reader, shape);
  for (int block = 0; block < shape.blocks && reader.ok(); ++block) {
    const std::string zone = "language_model.layers." + std::to_string(block);
    weights.blocks.push_back(Gemma3Reader(reader, weights, epsilon, zone).Read(block));
  }
  weights.output_norm = Gemma3Reader(reader, weights, epsilon, "language_model")
                            .Norm(modules::kOutputNorm, shape.width, ".norm");
  weights.tokens = ReadTokenMatrices(reader, shape);
  reader.RefuseUnread("blk.");
  if (!reader.ok()) return reader.error();
  return weights;
}

}  // namespace edgevlm
