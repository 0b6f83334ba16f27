#include "model/decoder/gpt2.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "gguf/names.h"
#include "model/decoder/sizes.h"
#include "model/decoder/spans.h"
#include "model/layers.h"
#include "model/weight_reader.h"
#include "model/zone_work.h"

namespace edgevlm {
namespace {

struct BlockWeights {
  Norm attn_norm;
  // Queries, keys and values: one matrix [3D, D], or three [D, D].
  std::vector<Linear> attn_qkv;
  std::string attend_zone;
  Linear attn_output;  // [D, D]
  Norm mlp_norm;
  Linear mlp_up;    // [F, D]
  Linear mlp_down;  // [D, F]
};

struct Gpt2Weights {
  Activation activation = Activation::kGelu;  // of the MLP
  std::vector<float> positions;               // [context, D]
  std::vector<BlockWeights> blocks;
  Norm output_norm;
  TokenMatrices tokens;
};

// Activations inside a block. T: rows of the batch.
struct Buffers {
  View<float> normed;            // [T, D]
  View<float> qkv;               // [T, 3D]
  View<float> attention_output;  // [T, D]
  View<float> hidden;            // [T, F]
  // Memory in which Inputs stores the next product's input as int8 or bfloat16.
  View<float> rounded;
};

class Gpt2 final : public Decoder {
 public:
  Gpt2(const DecoderShape& shape, Gpt2Weights weights)
      : Decoder(shape), weights_(std::move(weights)) {}

  // x = token_embd[id] (or the image's embedding) + position_embd[position].
  void Embed(std::span<const TokenSpan> batch, View<float> x, const Run& run) const override {
    PROFILE_ZONE(run.profiler, "language_model.embed_tokens", ElementwiseWork(x, 1));
    EmbedSpans(batch, weights_.tokens.embedding_table(), shape().context, x);
    AddPositions(batch, {weights_.positions.data(), shape().context, shape().width}, x);
  }

  void RunBlocks(std::span<const TokenSpan> batch, BlockRange blocks, View<float> x,
                 Workspace& workspace, const Run& run) const override {
    const WorkspaceScope scope(workspace);
    const Buffers buffers = AllocBuffers(x.rows, workspace);
    for (int block = blocks.begin; block < blocks.end; ++block) {
      if (run.IsOver()) return;
      RunBlock(block, batch, x, buffers, run);
    }
  }

  // Keys and values only, for rows that left at an early exit.
  void SkipBlocks(std::span<const TokenSpan> batch, BlockRange blocks, View<const float> x,
                  Workspace& workspace, const Run& run) const override {
    const WorkspaceScope scope(workspace);
    const Buffers buffers = AllocBuffers(x.rows, workspace);
    for (int block = blocks.begin; block < blocks.end; ++block) {
      const LayerRows rows = Project(block, x, buffers, kKeysAndValues, run);
      AppendSpans(batch, block, rows.k, rows.v);
    }
  }

  void WriteLogits(View<const float> x, View<float> logits, Workspace& workspace,
                   const Run& run) const override {
    NormedLogits(x, weights_.output_norm, weights_.tokens.output, logits, workspace, run);
  }

 private:
  enum Parts { kKeysAndValues, kAllParts };

  const BlockWeights& weights_of(int block) const {
    return weights_.blocks[static_cast<std::size_t>(block)];
  }

  // One block, in place:
  //   x += Attention(Norm(x)) Wo^T + bo
  //   x += activation(Norm(x) Wu^T + bu) Wd^T + bd
  // x [T, D] is the residual stream. Shapes of the weights: BlockWeights.
  void RunBlock(int block, std::span<const TokenSpan> batch, View<float> x, const Buffers& b,
                const Run& run) const {
    const BlockWeights& w = weights_of(block);
    const LayerRows rows = Project(block, x, b, kAllParts, run);  // [T, D] each
    Attend(block, batch, rows, b.attention_output, run);          // [T, D]
    Inputs attention_output(b.attention_output, b.rounded);
    w.attn_output.AddTo(attention_output, x, run);
    Inputs mlp(x, &w.mlp_norm, b.normed, b.rounded);          // [T, D]
    w.mlp_up.Apply(mlp, weights_.activation, b.hidden, run);  // [T, F]
    Inputs hidden(b.hidden, b.rounded);
    w.mlp_down.AddTo(hidden, x, run);
  }

  // q, k, v = Norm(x) W^T + b. Where one matrix gives all three, there are always queries.
  LayerRows Project(int block, View<const float> x, const Buffers& b, Parts parts,
                    const Run& run) const {
    const BlockWeights& w = weights_of(block);
    Inputs attn(x, &w.attn_norm, b.normed, b.rounded);
    const int width = shape().width;
    const bool skips_queries = parts == kKeysAndValues && w.attn_qkv.size() > 1;
    int first = skips_queries ? width : 0;
    for (const Linear& matrix : std::span(w.attn_qkv).subspan(skips_queries ? 1 : 0)) {
      const int outputs = matrix.weight.outputs();
      matrix.Apply(attn, Activation::kNone, b.qkv.Cols(first, outputs), run);
      first += outputs;
    }
    return {.q = b.qkv.Cols(0, width),
            .k = b.qkv.Cols(width, width),
            .v = b.qkv.Cols(2 * width, width)};
  }

  void Attend(int block, std::span<const TokenSpan> batch, const LayerRows& rows,
              View<float> attention_output, const Run& run) const {
    const HeadCounts heads = {.query = shape().heads, .kv = shape().kv_heads};
    PROFILE_ZONE(run.profiler, weights_of(block).attend_zone, AttentionWork(batch, block, heads));
    AttendSpans(batch, block, rows, heads, attention_output, run.pool);
  }

  Buffers AllocBuffers(int rows, Workspace& workspace) const {
    const int width = shape().width;
    return {.normed = workspace.Alloc(rows, width),
            .qkv = workspace.Alloc(rows, 3 * width),
            .attention_output = workspace.Alloc(rows, width),
            .hidden = workspace.Alloc(rows, HiddenWidth()),
            .rounded = workspace.Alloc(rows, QuantizedColumns(std::max(width, HiddenWidth())))};
  }

  // F
  int HiddenWidth() const { return weights_.blocks.front().mlp_up.weight.outputs(); }

  Gpt2Weights weights_;
};

struct Gpt2Sizes : DecoderSizes {
  float epsilon = 0;
};

Gpt2Sizes ReadSizes(WeightReader& reader, std::string_view name) {
  Gpt2Sizes sizes{ReadDecoderSizes(reader, name)};
  sizes.shape.head_width = DividedHeadWidth(reader, name, sizes.shape);
  sizes.epsilon = reader.Float(keys::LayerNormEpsilon(name), 1e-12f, 1.0f);
  CheckCacheBytes(reader, sizes.shape);
  return sizes;
}

std::vector<Linear> ReadQkv(WeightReader& reader, int block, int width, const Gpt2Traits& traits,
                            const std::string& zone) {
  std::vector<Linear> matrices;
  if (traits.has_fused_qkv) {
    matrices.push_back(reader.ReadLinear(modules::AttnQkv(block), {3 * width, width}, zone));
    return matrices;
  }
  for (const auto module : {modules::AttnQ, modules::AttnK, modules::AttnV}) {
    matrices.push_back(reader.ReadLinear(module(block), {width, width}, zone));
  }
  return matrices;
}

BlockWeights ReadBlock(WeightReader& reader, int block, const Gpt2Sizes& sizes,
                       const Gpt2Traits& traits) {
  const int width = sizes.shape.width;
  const std::string zone = "language_model.layers." + std::to_string(block);
  BlockWeights w;
  w.attn_norm = reader.ReadNorm(modules::AttnNorm(block), width, zone + ".ln_1");
  w.attn_qkv = ReadQkv(reader, block, width, traits, zone + ".attn.c_attn");
  w.attend_zone = zone + ".attn.attention";
  w.attn_output =
      reader.ReadLinear(modules::AttnOutput(block), {width, width}, zone + ".attn.c_proj");
  w.mlp_norm = reader.ReadNorm(modules::FfnNorm(block), width, zone + ".ln_2");
  w.mlp_up = reader.ReadLinear(modules::FfnUp(block), {sizes.hidden, width}, zone + ".mlp.c_fc");
  w.mlp_down =
      reader.ReadLinear(modules::FfnDown(block), {width, sizes.hidden}, zone + ".mlp.c_proj");
  w.attn_norm.epsilon = sizes.epsilon;
  w.mlp_norm.epsilon = sizes.epsilon;
  return w;
}

// Drops the position embeddings of the image's pruned positions. Returns how many positions remain.
int LeaveOutPositions(const DecoderOptions& options, View<float> positions) {
  int next = 0;
  const auto keep = [&](int position) {
    std::ranges::copy(positions.Row(position), positions.Row(next++).data());
  };
  if (options.image_positions == 0 || options.image_positions > positions.rows) {
    return positions.rows;
  }
  std::ranges::for_each(options.kept_positions, keep);
  for (int position = options.image_positions; position < positions.rows; ++position) {
    keep(position);
  }
  return next;
}

constexpr Gpt2Traits kGpt2Traits = {
    .architecture = "gpt2", .activation = Activation::kGelu, .has_fused_qkv = true};

Result<std::unique_ptr<Decoder>> LoadOwnGpt2(const GgufFile& file, const DecoderOptions& options) {
  return LoadGpt2(file, kGpt2Traits, options);
}

}  // namespace

Result<std::unique_ptr<Decoder>> LoadGpt2(const GgufFile& file, const Gpt2Traits& traits,
                                          const DecoderOptions& options) {
  WeightReader reader(file, options.packing);
  Gpt2Sizes sizes = ReadSizes(reader, traits.architecture);
  DecoderShape& shape = sizes.shape;
  Gpt2Weights weights;
  weights.activation = traits.activation;
  weights.positions =
      reader.Values(modules::Weight(modules::kPositionEmbedding), {shape.context, shape.width});
  for (int block = 0; block < shape.blocks && reader.ok(); ++block) {
    weights.blocks.push_back(ReadBlock(reader, block, sizes, traits));
  }
  weights.output_norm = reader.ReadNorm(modules::kOutputNorm, shape.width, "language_model.norm");
  weights.output_norm.epsilon = sizes.epsilon;
  weights.tokens = ReadTokenMatrices(reader, shape);
  reader.RefuseUnread("blk.");
  if (!reader.ok()) return reader.error();
  shape.context =
      LeaveOutPositions(options, {weights.positions.data(), shape.context, shape.width});
  return std::unique_ptr<Decoder>(std::make_unique<Gpt2>(shape, std::move(weights)));
}

const DecoderFamily kGpt2 = {.architecture = kGpt2Traits.architecture, .load = LoadOwnGpt2};

}  // namespace edgevlm
