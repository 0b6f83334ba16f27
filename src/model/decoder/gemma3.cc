#include "model/decoder/gemma3.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "kernels/rope/rope.h"
#include "kernels/row_chunks.h"
#include "model/decoder/gemma3_weights.h"
#include "model/decoder/spans.h"
#include "model/zone_work.h"

namespace edgevlm {
namespace {

constexpr std::string_view kArchitecture = "gemma3";

// Activations inside a block. T: rows of the batch.
struct Gemma3Buffers {
  View<float> normed;            // [T, D]
  View<float> local_angles;      // [T, 2 d] of the rows' positions
  View<float> global_angles;     // [T, 2 r]
  View<float> q;                 // [T, Hq * d]
  View<float> k;                 // [T, Hkv * d]
  View<float> v;                 // [T, Hkv * d]
  View<float> attention_output;  // [T, Hq * d]
  View<float> branch;            // [T, D] what a half of the block adds to x
  // Memory in which Inputs stores the next product's input as int8 or bfloat16.
  View<float> rounded;
  HiddenMemory hidden;  // of [T, F]
};

class Gemma3 final : public Decoder {
 public:
  explicit Gemma3(Gemma3Weights weights) : Decoder(weights.shape), weights_(std::move(weights)) {}

  // x = sqrt(D) * token_embd[id]; an image's embedding as it is.
  void Embed(std::span<const TokenSpan> batch, View<float> x, const Run& run) const override {
    PROFILE_ZONE(run.profiler, "language_model.embed_tokens", ElementwiseWork(x, 1));
    EmbedSpans(batch, weights_.tokens.embedding_table(), shape().context, x);
    const float scale = std::sqrt(static_cast<float>(shape().width));
    int first = 0;
    for (const TokenSpan& span : batch) {
      for (int row = first; row < first + span.rows() && !span.tokens.empty(); ++row) {
        for (float& value : x.Row(row)) value *= scale;
      }
      first += span.rows();
    }
  }

  void RunBlocks(std::span<const TokenSpan> batch, BlockRange blocks, View<float> x,
                 Workspace& workspace, const Run& run) const override {
    const WorkspaceScope scope(workspace);
    const Gemma3Buffers buffers = AllocBuffers(batch, x.rows, workspace, run);
    for (int block = blocks.begin; block < blocks.end; ++block) {
      if (run.IsOver()) return;
      RunBlock(block, batch, x, buffers, run);
    }
  }

  // Keys and values only, for rows that left at an early exit.
  void SkipBlocks(std::span<const TokenSpan> batch, BlockRange blocks, View<const float> x,
                  Workspace& workspace, const Run& run) const override {
    const WorkspaceScope scope(workspace);
    const Gemma3Buffers buffers = AllocBuffers(batch, x.rows, workspace, run);
    for (int block = blocks.begin; block < blocks.end; ++block) {
      Inputs attn(x, &weights_of(block).attn_norm, buffers.normed, buffers.rounded);
      KeysAndValues(block, attn, buffers, run);
      AppendSpans(batch, block, buffers.k, buffers.v);
    }
  }

  void WriteLogits(View<const float> x, View<float> logits, Workspace& workspace,
                   const Run& run) const override {
    NormedLogits(x, weights_.output_norm, weights_.tokens.output, logits, workspace, run);
  }

 private:
  const Gemma3Block& weights_of(int block) const {
    return weights_.blocks[static_cast<std::size_t>(block)];
  }
  bool is_local(int block) const { return shape().windows[static_cast<std::size_t>(block)] > 0; }

  // One block, in place:
  //   x += RmsNorm(Attention(RmsNorm(x)) Wo^T)
  //   x += RmsNorm((gelu(n Wg^T) * n Wu^T) Wd^T), with n = RmsNorm(x)
  // x [T, D] is the residual stream. Shapes of the weights: gemma3_weights.h.
  void RunBlock(int block, std::span<const TokenSpan> batch, View<float> x, const Gemma3Buffers& b,
                const Run& run) const {
    const Gemma3Block& w = weights_of(block);
    Inputs attn(x, &w.attn_norm, b.normed, b.rounded);  // [T, D]
    w.attn_q.Apply(attn, Activation::kNone, b.q, run);  // [T, Hq * d]
    NormAndRotate(block, w.q_norm, b.q, b, run);
    KeysAndValues(block, attn, b, run);  // [T, Hkv * d] each
    Attend(block, batch, b, run);        // [T, Hq * d]
    Inputs attention_output(b.attention_output, b.rounded);
    w.attn_output.Apply(attention_output, Activation::kNone, b.branch, run);  // [T, D]
    AddNormed(w.attn_post_norm, b.branch, x, run);
    Inputs mlp(x, &w.mlp_norm, b.normed, b.rounded);                           // [T, D]
    Inputs gated = GatedHidden(mlp, w.mlp, Activation::kGelu, b.hidden, run);  // [T, F]
    w.mlp.down.Apply(gated, Activation::kNone, b.branch, run);                 // [T, D]
    AddNormed(w.mlp_post_norm, b.branch, x, run);
  }

  // k = Rotate(RmsNorm(attn Wk^T)), v = attn Wv^T.
  void KeysAndValues(int block, Inputs& attn, const Gemma3Buffers& b, const Run& run) const {
    const Gemma3Block& w = weights_of(block);
    w.attn_k.Apply(attn, Activation::kNone, b.k, run);
    w.attn_v.Apply(attn, Activation::kNone, b.v, run);
    NormAndRotate(block, w.k_norm, b.k, b, run);
  }

  // Normalizes each head by itself, and rotates it by the row's position.
  void NormAndRotate(int block, const RmsNormLayer& norm, View<float> heads, const Gemma3Buffers& b,
                     const Run& run) const {
    const int width = shape().head_width;
    CHECK(heads.stride == heads.cols);
    const View<float> rows(heads.data, heads.rows * (heads.cols / width), width);
    norm.Apply(rows, rows, run);
    PROFILE_ZONE(run.profiler, weights_of(block).rope_zone, ElementwiseWork(heads, kRopeFlop));
    Rope(heads, width, RopePairs::kHalves, is_local(block) ? b.local_angles : b.global_angles,
         run.pool);
  }

  void Attend(int block, std::span<const TokenSpan> batch, const Gemma3Buffers& b,
              const Run& run) const {
    const HeadCounts heads = {.query = shape().heads, .kv = shape().kv_heads};
    PROFILE_ZONE(run.profiler, weights_of(block).attend_zone,
                 AttentionWork(batch, block, heads, shape().window(block)));
    AttendSpans(batch, block, {.q = b.q, .k = b.k, .v = b.v}, heads, b.attention_output, run.pool);
  }

  // x += RmsNorm(branch); the branch is overwritten.
  static void AddNormed(const RmsNormLayer& norm, View<float> branch, View<float> x,
                        const Run& run) {
    norm.Apply(branch, branch, run);
    ForRows(x.rows, x.cols, run.pool, [&](int t) {
      std::ranges::transform(x.Row(t), branch.Row(t), x.Row(t).begin(), std::plus<>());
    });
  }

  // The rotation angles of all blocks with these frequencies.
  static View<float> Angles(std::span<const TokenSpan> batch, int rows,
                            const std::vector<double>& frequencies, Workspace& workspace) {
    const View<float> angles = workspace.Alloc(rows, 4 * static_cast<int>(frequencies.size()));
    int row = 0;
    for (const TokenSpan& span : batch) {
      FillRopeTable(frequencies, RopePairs::kHalves, span.first_position,
                    angles.Rows(row, span.rows()));
      row += span.rows();
    }
    return angles;
  }

  Gemma3Buffers AllocBuffers(std::span<const TokenSpan> batch, int rows, Workspace& workspace,
                             const Run& run) const {
    const int q_width = shape().heads * shape().head_width;
    const int kv_width = shape().kv_heads * shape().head_width;
    const int widest = std::max({shape().width, q_width, weights_.hidden});
    const View<float> rounded = workspace.Alloc(rows, QuantizedColumns(widest));
    return {.normed = workspace.Alloc(rows, shape().width),
            .local_angles = Angles(batch, rows, weights_.local_frequencies, workspace),
            .global_angles = Angles(batch, rows, weights_.global_frequencies, workspace),
            .q = workspace.Alloc(rows, q_width),
            .k = workspace.Alloc(rows, kv_width),
            .v = workspace.Alloc(rows, kv_width),
            .attention_output = workspace.Alloc(rows, q_width),
            .branch = workspace.Alloc(rows, shape().width),
            .rounded = rounded,
            .hidden = AllocHidden(rows, weights_.hidden, rounded, workspace, run)};
  }

  Gemma3Weights weights_;
};

Result<std::unique_ptr<Decoder>> LoadGemma3(const GgufFile& file, const DecoderOptions& options) {
  Result<Gemma3Weights> weights = ReadGemma3Weights(file, kArchitecture, options.packing);
  if (!weights) return weights.error();
  return std::unique_ptr<Decoder>(std::make_unique<Gemma3>(*std::move(weights)));
}

}  // namespace

const DecoderFamily kGemma3 = {.architecture = kArchitecture, .load = LoadGemma3};

}  // namespace edgevlm
