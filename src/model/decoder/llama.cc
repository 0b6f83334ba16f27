#include "model/decoder/llama.h"

#include <algorithm>
#include <utility>

#include "model/decoder/llama_weights.h"
#include "model/decoder/spans.h"
#include "model/zone_work.h"

namespace edgevlm {
namespace {

// Activations inside a block. T: rows of the batch.
struct Buffers {
  View<float> normed;            // [T, D]
  View<float> angles;            // [T, 2 r] of the rows' positions
  View<float> q;                 // [T, Hq * d]
  View<float> k;                 // [T, Hkv * d]
  View<float> v;                 // [T, Hkv * d]
  View<float> attention_output;  // [T, Hq * d]
  // Memory in which Inputs stores the next product's input as int8 or bfloat16.
  View<float> rounded;
  HiddenMemory hidden;  // of [T, F]
};

void ScaleRows(View<float> rows, float factor) {
  for (int t = 0; t < rows.rows; ++t) {
    for (float& value : rows.Row(t)) value *= factor;
  }
}

class Llama final : public Decoder {
 public:
  explicit Llama(LlamaWeights weights) : Decoder(weights.shape), weights_(std::move(weights)) {}

  // x = token_embd[id] (or the image's embedding).
  void Embed(std::span<const TokenSpan> batch, View<float> x, const Run& run) const override {
    PROFILE_ZONE(run.profiler, "language_model.embed_tokens", ElementwiseWork(x, 0));
    EmbedSpans(batch, weights_.tokens.embedding_table(), shape().context, x);
  }

  void RunBlocks(std::span<const TokenSpan> batch, BlockRange blocks, View<float> x,
                 Workspace& workspace, const Run& run) const override {
    const WorkspaceScope scope(workspace);
    const Buffers buffers = AllocBuffers(batch, x.rows, workspace, run);
    for (int block = blocks.begin; block < blocks.end; ++block) {
      if (run.IsOver()) return;
      RunBlock(block, batch, x, buffers, run);
      if (block < shape().image_levels) AddImageLevel(batch, block + 1, x);
    }
  }

  // Keys and values only, for rows that left at an early exit.
  void SkipBlocks(std::span<const TokenSpan> batch, BlockRange blocks, View<const float> x,
                  Workspace& workspace, const Run& run) const override {
    const WorkspaceScope scope(workspace);
    const Buffers buffers = AllocBuffers(batch, x.rows, workspace, run);
    for (int block = blocks.begin; block < blocks.end; ++block) {
      const LlamaBlock& w = weights_of(block);
      Inputs attn(x, &w.attn_norm, buffers.normed, buffers.rounded);
      KeysAndValues(w, attn, buffers, run);
      AppendSpans(batch, block, buffers.k, buffers.v);
    }
  }

  void WriteLogits(View<const float> x, View<float> logits, Workspace& workspace,
                   const Run& run) const override {
    NormedLogits(x, weights_.output_norm, weights_.tokens.output, logits, workspace, run);
  }

 private:
  const LlamaBlock& weights_of(int block) const {
    return weights_.blocks[static_cast<std::size_t>(block)];
  }

  // One block, in place:
  //   x += Attention(RmsNorm(x)) Wo^T
  //   x += (silu(n Wg^T) * n Wu^T) Wd^T, with n = RmsNorm(x)
  // x [T, D] is the residual stream. Shapes of the weights: llama_weights.h.
  void RunBlock(int block, std::span<const TokenSpan> batch, View<float> x, const Buffers& b,
                const Run& run) const {
    const LlamaBlock& w = weights_of(block);
    Inputs attn(x, &w.attn_norm, b.normed, b.rounded);  // [T, D]
    w.attn_q.Apply(attn, Activation::kNone, b.q, run);  // [T, Hq * d]
    if (w.q_norm) NormHeads(*w.q_norm, b.q, run);
    Rotate(w, b.q, b, run);
    KeysAndValues(w, attn, b, run);  // [T, Hkv * d] each
    Attend(block, batch, b, run);    // [T, Hq * d]
    Inputs attention_output(b.attention_output, b.rounded);
    w.attn_output.AddTo(attention_output, x, run);
    Inputs mlp(x, &w.mlp_norm, b.normed, b.rounded);                           // [T, D]
    Inputs gated = GatedHidden(mlp, w.mlp, Activation::kSilu, b.hidden, run);  // [T, F]
    w.mlp.down.AddTo(gated, x, run);
  }

  // Each head is a row of its own. REQUIRES: heads.stride == heads.cols.
  void NormHeads(const RmsNormLayer& norm, View<float> heads, const Run& run) const {
    const int width = shape().head_width;
    const View<float> rows(heads.data, heads.rows * (heads.cols / width), width);
    norm.Apply(rows, rows, run);
  }

  // k = Rotate(attn Wk^T), v = attn Wv^T.
  void KeysAndValues(const LlamaBlock& w, Inputs& attn, const Buffers& b, const Run& run) const {
    w.attn_k.Apply(attn, Activation::kNone, b.k, run);
    w.attn_v.Apply(attn, Activation::kNone, b.v, run);
    if (w.k_norm) NormHeads(*w.k_norm, b.k, run);
    Rotate(w, b.k, b, run);
  }

  // By each row's position.
  void Rotate(const LlamaBlock& w, View<float> heads, const Buffers& b, const Run& run) const {
    PROFILE_ZONE(run.profiler, w.rope_zone, ElementwiseWork(heads, kRopeFlop));
    Rope(heads, shape().head_width, weights_.pairs, b.angles, run.pool);
  }

  void Attend(int block, std::span<const TokenSpan> batch, const Buffers& b, const Run& run) const {
    const HeadCounts heads = {.query = shape().heads, .kv = shape().kv_heads};
    PROFILE_ZONE(run.profiler, weights_of(block).attend_zone,
                 AttentionWork(batch, block, heads, shape().window(block)));
    AttendSpans(batch, block, {.q = b.q, .k = b.k, .v = b.v}, heads, b.attention_output, run.pool);
  }

  // The rotation angles of all blocks.
  View<float> Angles(std::span<const TokenSpan> batch, int rows, Workspace& workspace) const {
    const View<float> angles = workspace.Alloc(rows, 2 * weights_.rotated());
    int row = 0;
    for (const TokenSpan& span : batch) {
      const View<float> own = angles.Rows(row, span.rows());
      if (span.grid.empty()) {
        const bool is_other = span.is_long && !weights_.long_frequencies.empty();
        FillRopeTable(is_other ? weights_.long_frequencies : weights_.frequencies, weights_.pairs,
                      span.first_position + span.rotary_shift, own);
      } else {
        const std::vector<int> positions = GridPositions(span);
        FillRopeTable(weights_.frequencies, weights_.pairs, weights_.axes,
                      {positions.data(), span.rows(), kRotaryAxes}, own);
      }
      row += span.rows();
    }
    if (weights_.rotary_factor != 1) ScaleRows(angles, weights_.rotary_factor);
    return angles;
  }

  Buffers AllocBuffers(std::span<const TokenSpan> batch, int rows, Workspace& workspace,
                       const Run& run) const {
    const int q_width = shape().heads * shape().head_width;
    const int kv_width = shape().kv_heads * shape().head_width;
    const int widest = std::max({shape().width, q_width, weights_.hidden});
    const View<float> rounded = workspace.Alloc(rows, QuantizedColumns(widest));
    return {.normed = workspace.Alloc(rows, shape().width),
            .angles = Angles(batch, rows, workspace),
            .q = workspace.Alloc(rows, q_width),
            .k = workspace.Alloc(rows, kv_width),
            .v = workspace.Alloc(rows, kv_width),
            .attention_output = workspace.Alloc(rows, q_width),
            .rounded = rounded,
            .hidden = AllocHidden(rows, weights_.hidden, rounded, workspace, run)};
  }

  LlamaWeights weights_;
};

constexpr LlamaTraits kTraits = {
    .architecture = "llama", .pairs = RopePairs::kNeighbors, .qkv_bias = BiasRule::kOptional};

Result<std::unique_ptr<Decoder>> LoadPlainLlama(const GgufFile& file,
                                                const DecoderOptions& options) {
  return LoadLlama(file, kTraits, options);
}

}  // namespace

Result<std::unique_ptr<Decoder>> LoadLlama(const GgufFile& file, const LlamaTraits& traits,
                                           const DecoderOptions& options) {
  Result<LlamaWeights> weights = ReadLlamaWeights(file, traits, options.packing);
  if (!weights) return weights.error();
  return std::unique_ptr<Decoder>(std::make_unique<Llama>(*std::move(weights)));
}

const DecoderFamily kLlama = {.architecture = kTraits.architecture, .load = LoadPlainLlama};

}  // namespace edgevlm
