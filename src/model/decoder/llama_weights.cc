#include "model/decoder/llama_weights.h"

#include <algorithm>
#include <utility>

#include "gguf/names.h"
#include "kernels/attention/attention.h"

namespace edgevlm {
namespace {

constexpr int kShownBytes = 64;  // of an untrusted text

void FailKey(WeightReader& reader, const std::string& key, const std::string& expected,
             const std::string& found) {
  reader.Fail({ErrorCode::kUnsupported,
               "model: key '" + key + "': expected " + expected + ", found " + found});
}

int IntOr(WeightReader& reader, const std::string& key, int min, int max, int fallback) {
  return reader.file().HasKey(key) ? reader.Int(key, min, max) : fallback;
}

float FloatOr(WeightReader& reader, const std::string& key, float min, float max, float fallback) {
  return reader.file().HasKey(key) ? reader.Float(key, min, max) : fallback;
}

void ReadHeads(WeightReader& reader, std::string_view name, DecoderShape& shape) {
  const std::string kv_key = keys::HeadCountKv(name);
  shape.kv_heads = IntOr(reader, kv_key, 1, shape.heads, shape.heads);
  if (shape.heads % shape.kv_heads != 0) {
    FailKey(reader, kv_key, "a divisor of the " + std::to_string(shape.heads) + " heads",
            std::to_string(shape.kv_heads));
  }
  const std::string width_key = keys::KeyLength(name);
  shape.head_width = reader.file().HasKey(width_key) ? reader.Int(width_key, 1, kMaxHeadWidth)
                                                     : DividedHeadWidth(reader, name, shape);
  const std::string value_key = keys::ValueLength(name);
  const int value_width = IntOr(reader, value_key, 1, kMaxHeadWidth, shape.head_width);
  if (value_width != shape.head_width) {
    FailKey(reader, value_key, std::to_string(shape.head_width) + " as the keys have",
            std::to_string(value_width));
  }
  if (shape.heads * shape.head_width > ModelLimits::kWidth) {
    reader.Fail({ErrorCode::kTooLarge, "model: width of all heads: expected at most " +
                                           std::to_string(ModelLimits::kWidth) + ", found " +
                                           std::to_string(shape.heads * shape.head_width)});
  }
}

void RefuseExperts(WeightReader& reader, std::string_view name) {
  const std::string key = keys::ExpertCount(name);
  const int experts = IntOr(reader, key, 0, 1 << 16, 0);
  if (experts > 0) FailKey(reader, key, "0 (no mixture of experts)", std::to_string(experts));
}

// The factor of positions. A factor without a type is linear; 0 means 1.
double ReadRopeScale(WeightReader& reader, std::string_view name) {
  const std::string type_key = keys::RopeScalingType(name);
  const Result<std::string_view> type = reader.file().String(type_key, "linear");
  if (!type) {
    reader.Fail(type.error());
    return 1;
  }
  if (*type == "none") return 1;
  if (*type != "linear") {
    FailKey(reader, type_key, "none or linear", "'" + Printable(*type, kShownBytes) + "'");
    return 1;
  }
  constexpr float kMaxFactor = 1e6f;
  const float older = FloatOr(reader, keys::RopeScaleLinear(name), 0, kMaxFactor, 1);
  const float factor = FloatOr(reader, keys::RopeScalingFactor(name), 0, kMaxFactor, older);
  return factor > 0 ? 1 / static_cast<double>(factor) : 1;
}

std::vector<double> ReadFrequencies(WeightReader& reader, std::string_view name, int head_width) {
  const std::string rotated_key = keys::RopeDimensionCount(name);
  const int rotated = IntOr(reader, rotated_key, 2, head_width, head_width);
  if (rotated % 2 != 0) {
    FailKey(reader, rotated_key, "an even number", std::to_string(rotated));
    return {};
  }
  const float base = FloatOr(reader, keys::RopeFreqBase(name), 1, 1e12f, 1e4f);
  const double scale = ReadRopeScale(reader, name);
  std::vector<float> factors;
  const std::string factors_name = modules::Weight(modules::kRopeFreqs);
  if (reader.file().HasTensor(factors_name)) factors = reader.Values(factors_name, {rotated / 2});
  if (std::ranges::any_of(factors, [](float factor) { return factor < 1e-6f; })) {
    reader.Fail({ErrorCode::kCorrupt, "model: tensor '" + factors_name +
                                          "': expected factors of at least 1e-6, found less"});
  }
  if (!reader.ok()) return {};
  return RopeFrequencies(
      {.rotated = rotated, .base = static_cast<double>(base), .scale = scale, .factors = factors});
}

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
    const BiasRule qkv_bias = traits.qkv_bias;
    constexpr BiasRule kOptional = BiasRule::kOptional;
    LlamaBlock w;
    w.attn_norm = Norm(modules::AttnNorm(block), width, ".attention.norm");
    w.attn_q = Matrix(modules::AttnQ(block), {q_width, width}, ".attention.q", qkv_bias);
    w.attn_k = Matrix(modules::AttnK(block), {kv_width, width}, ".attention.k", qkv_bias);
    w.attn_v = Matrix(modules::AttnV(block), {kv_width, width}, ".attention.v", qkv_bias);
    if (traits.has_head_norms) {
      w.q_norm = Norm(modules::AttnQNorm(block), shape.head_width, ".attention.q_norm");
      w.k_norm = Norm(modules::AttnKNorm(block), shape.head_width, ".attention.k_norm");
    }
    w.rope_zone = zone_ + ".attention.rope";
    w.attend_zone = zone_ + ".attention.attend";
    w.attn_output =
        Matrix(modules::AttnOutput(block), {width, q_width}, ".attention.output", kOptional);
    w.mlp_norm = Norm(modules::FfnNorm(block), width, ".mlp.norm");
    w.mlp_gate = Matrix(modules::FfnGate(block), {hidden, width}, ".mlp.gate", kOptional);
    w.mlp_up = Matrix(modules::FfnUp(block), {hidden, width}, ".mlp.up", kOptional);
    w.mlp_down = Matrix(modules::FfnDown(block), {width, hidden}, ".mlp.down", kOptional);
    return w;
  }

  RmsNormLayer Norm(std::string_view module, int width, std::string_view zone) {
    return {.zone = zone_ + std::string(zone),
            .gain = reader_.Values(modules::Weight(module), {width}),
            .epsilon = epsilon_};
  }

 private:
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
  if (traits.axes) ReadGrid(reader, traits, weights);
  CheckCacheBytes(reader, weights.shape);
  for (int block = 0; block < weights.shape.blocks && reader.ok(); ++block) {
    BlockReader blocks(reader, weights, epsilon, "decoder.block." + std::to_string(block));
    weights.blocks.push_back(blocks.Read(block, traits));
  }
  weights.output_norm = BlockReader(reader, weights, epsilon, "decoder")
                            .Norm(modules::kOutputNorm, weights.shape.width, ".output_norm");
  weights.tokens = ReadTokenMatrices(reader, weights.shape);
  if (!reader.ok()) return reader.error();
  return weights;
}

}  // namespace edgevlm
