#include "model/decoder/llama.h"

#include <algorithm>
#include <utility>

#include "kernels/gate/gate.h"
#include "model/decoder/llama_weights.h"
#include "model/decoder/spans.h"

namespace edgevlm {
namespace {

// Activations of one pass. T: rows of the batch.
struct Buffers {
  View<float> x;       // [T, D] the residual stream
  View<float> normed;  // [T, D]
  View<float> angles;  // [T, 2 r] of the rows' positions
  View<float> q;       // [T, Hq * d]
  View<float> k;       // [T, Hkv * d]
  View<float> v;       // [T, Hkv * d]
  View<float> mixed;   // [T, Hq * d]
  View<float> gate;    // [T, F]
  View<float> up;      // [T, F]
  View<float> levels;  // what is multiplied next, as int8
};

class Llama final : public Decoder {
 public:
  explicit Llama(LlamaWeights weights) : Decoder(weights.shape), weights_(std::move(weights)) {}

  void Forward(std::span<const TokenSpan> batch, View<float> logits, Workspace& workspace,
               const Run& run) const override {
    workspace.Clear();
    const Buffers buffers = TakeBuffers(RowsOf(batch), workspace);
    Embed(batch, buffers, run);
    for (int layer = 0; layer < shape().blocks; ++layer) Block(layer, batch, buffers, run);
    WriteLogits(batch, buffers.x, weights_.output_norm, weights_.tokens.output, logits, workspace,
                run);
  }

 private:
  // One block, in place: x += Attention(norm(x)), then x += Mlp(norm(x)).
  void Block(int layer, std::span<const TokenSpan> batch, const Buffers& b, const Run& run) const {
    const LlamaBlock& w = weights_.blocks[static_cast<std::size_t>(layer)];
    w.attn_norm.Apply(b.x, b.normed, run);  // [T, D]
    const Inputs attn = w.attn_q.Prepare(b.normed, b.levels, run);
    w.attn_q.Apply(attn, Activation::kNone, b.q, run);  // [T, Hq * d]
    w.attn_k.Apply(attn, Activation::kNone, b.k, run);  // [T, Hkv * d]
    w.attn_v.Apply(attn, Activation::kNone, b.v, run);  // [T, Hkv * d]
    Rotate(w, b, run);                                  // q, k by their positions
    Attend(layer, batch, b, run);                       // [T, Hq * d]
    const Inputs mixed = w.attn_output.Prepare(b.mixed, b.levels, run);
    w.attn_output.AddTo(mixed, b.x, run);  // x += mixed Wo^T
    w.mlp_norm.Apply(b.x, b.normed, run);  // [T, D]
    const Inputs mlp = w.mlp_gate.Prepare(b.normed, b.levels, run);
    w.mlp_gate.Apply(mlp, Activation::kNone, b.gate, run);  // [T, F]
    w.mlp_up.Apply(mlp, Activation::kNone, b.up, run);      // [T, F]
    Multiply(w, b, run);                                    // gate = silu(gate) * up
    const Inputs gated = w.mlp_down.Prepare(b.gate, b.levels, run);
    w.mlp_down.AddTo(gated, b.x, run);  // x += gate Wd^T
  }

  void Rotate(const LlamaBlock& w, const Buffers& b, const Run& run) const {
    PROFILE_ZONE(run.profiler, w.rope_zone);
    Rope(b.q, shape().head_width, weights_.pairs, b.angles, run.pool);
    Rope(b.k, shape().head_width, weights_.pairs, b.angles, run.pool);
  }

  // Keys go into the cache turned by their own positions.
  void Attend(int layer, std::span<const TokenSpan> batch, const Buffers& b, const Run& run) const {
    PROFILE_ZONE(run.profiler, weights_.blocks[static_cast<std::size_t>(layer)].attend_zone);
    AttendSpans(batch, layer, {.q = b.q, .k = b.k, .v = b.v},
                {.query = shape().heads, .kv = shape().kv_heads}, b.mixed, run.pool);
  }

  static void Multiply(const LlamaBlock& w, const Buffers& b, const Run& run) {
    PROFILE_ZONE(run.profiler, w.multiply_zone);
    Gate(b.gate, b.up, b.gate, run.pool);
  }

  // x = token_embd[id] (or the picture's embedding), and the angles that all blocks turn by.
  void Embed(std::span<const TokenSpan> batch, const Buffers& b, const Run& run) const {
    PROFILE_ZONE(run.profiler, "decoder.embed");
    EmbedSpans(batch, weights_.tokens.embedding_table(), shape().context, b.x);
    int row = 0;
    for (const TokenSpan& span : batch) {
      FillRopeTable(weights_.frequencies, weights_.pairs, span.first_position,
                    b.angles.Rows(row, span.rows()));
      row += span.rows();
    }
  }

  Buffers TakeBuffers(int rows, Workspace& workspace) const {
    const int q_width = shape().heads * shape().head_width;
    const int kv_width = shape().kv_heads * shape().head_width;
    return {.x = workspace.Take(rows, shape().width),
            .normed = workspace.Take(rows, shape().width),
            .angles = workspace.Take(rows, 2 * weights_.rotated()),
            .q = workspace.Take(rows, q_width),
            .k = workspace.Take(rows, kv_width),
            .v = workspace.Take(rows, kv_width),
            .mixed = workspace.Take(rows, q_width),
            .gate = workspace.Take(rows, weights_.hidden),
            .up = workspace.Take(rows, weights_.hidden),
            .levels = workspace.Take(
                rows, LevelColumns(std::max({shape().width, q_width, weights_.hidden})))};
  }

  LlamaWeights weights_;
};

constexpr LlamaTraits kTraits = {
    .architecture = "llama", .pairs = RopePairs::kNeighbours, .qkv_bias = BiasRule::kOptional};

Result<std::unique_ptr<Decoder>> LoadPlainLlama(const GgufFile& file) {
  return LoadLlama(file, kTraits);
}

}  // namespace

Result<std::unique_ptr<Decoder>> LoadLlama(const GgufFile& file, const LlamaTraits& traits) {
  Result<LlamaWeights> weights = ReadLlamaWeights(file, traits);
  if (!weights) return weights.error();
  return std::unique_ptr<Decoder>(std::make_unique<Llama>(*std::move(weights)));
}

const DecoderFamily kLlama = {.architecture = kTraits.architecture, .load = LoadPlainLlama};

}  // namespace edgevlm
