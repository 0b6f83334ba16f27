#include "model/decoder/gpt2.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "gguf/names.h"
#include "kernels/attention/attention.h"
#include "model/layers.h"
#include "model/weight_reader.h"

namespace edgevlm {
namespace {

struct BlockWeights {
  Norm attn_norm;
  Linear attn_qkv;  // [3D, D]: queries, keys, values
  std::string attend_zone;
  Linear attn_output;  // [D, D]
  Norm mlp_norm;
  Linear mlp_up;    // [F, D]
  Linear mlp_down;  // [D, F]
};

struct Gpt2Weights {
  std::vector<float> positions;  // [context, D]
  std::vector<BlockWeights> blocks;
  Norm output_norm;
  Linear output;  // [V, D]: also the token embeddings
};

// Activations of one pass. T: rows of the batch.
struct Buffers {
  View<float> x;       // [T, D] the residual stream
  View<float> normed;  // [T, D]
  View<float> qkv;     // [T, 3D]
  View<float> mixed;   // [T, D]
  View<float> hidden;  // [T, F]
};

int RowsOf(std::span<const TokenSpan> batch) {
  int rows = 0;
  for (const TokenSpan& span : batch) rows += span.rows();
  return rows;
}

class Gpt2 final : public Decoder {
 public:
  Gpt2(const DecoderShape& shape, Gpt2Weights weights)
      : Decoder(shape), weights_(std::move(weights)) {}

  void Forward(std::span<const TokenSpan> batch, View<float> logits, Workspace& workspace,
               const Run& run) const override {
    workspace.Clear();
    const Buffers buffers = TakeBuffers(RowsOf(batch), workspace);
    Embed(batch, buffers.x, run);
    for (int layer = 0; layer < shape().blocks; ++layer) Block(layer, batch, buffers, run);
    if (logits.rows == 0) return;
    const View<float> chosen = workspace.Take(logits.rows, shape().width);
    GatherLogitsRows(batch, buffers.x, chosen);                     // [R, D]
    weights_.output_norm.Apply(chosen, chosen, run);                // [R, D]
    weights_.output.Apply(chosen, Activation::kNone, logits, run);  // [R, V]
  }

 private:
  // One block, in place: x += Attention(norm(x)), then x += Mlp(norm(x)).
  void Block(int layer, std::span<const TokenSpan> batch, const Buffers& b, const Run& run) const {
    const BlockWeights& w = weights_.blocks[static_cast<std::size_t>(layer)];
    w.attn_norm.Apply(b.x, b.normed, run);                       // [T, D]
    w.attn_qkv.Apply(b.normed, Activation::kNone, b.qkv, run);   // [T, 3D]
    AttendSpans(layer, batch, b, run);                           // [T, D]
    w.attn_output.AddTo(b.mixed, b.x, run);                      // x += mixed Wo^T + bo
    w.mlp_norm.Apply(b.x, b.normed, run);                        // [T, D]
    w.mlp_up.Apply(b.normed, Activation::kGelu, b.hidden, run);  // [T, F]
    w.mlp_down.AddTo(b.hidden, b.x, run);                        // x += hidden Wd^T + bd
  }

  // mixed = softmax(q k^T / sqrt(d)) v, each span over its own cache, which grows first.
  void AttendSpans(int layer, std::span<const TokenSpan> batch, const Buffers& b,
                   const Run& run) const {
    PROFILE_ZONE(run.profiler, weights_.blocks[static_cast<std::size_t>(layer)].attend_zone);
    const int width = shape().width;
    int row = 0;
    for (const TokenSpan& span : batch) {
      const View<float> qkv = b.qkv.Rows(row, span.rows());
      LayerCache& cache = span.cache->layer(layer);
      CHECK(cache.positions() == span.first_position);
      cache.Append(qkv.Cols(width, width), qkv.Cols(2 * width, width));
      Attend({.q = qkv.Cols(0, width),
              .keys = cache.keys(),
              .values = cache.values(),
              .heads = {.query = shape().heads, .kv = shape().kv_heads},
              .first_position = span.first_position,
              .out = b.mixed.Rows(row, span.rows())},
             run.pool);
      row += span.rows();
    }
  }

  // x = token_embd[id] (or the picture's embedding) + position_embd[position].
  void Embed(std::span<const TokenSpan> batch, View<float> x, const Run& run) const {
    PROFILE_ZONE(run.profiler, "decoder.embed");
    const View<const float> positions(weights_.positions.data(), shape().context, shape().width);
    int row = 0;
    for (const TokenSpan& span : batch) {
      CHECK(span.tokens.empty() != (span.embeddings.rows == 0));
      CHECK(span.first_position >= 0 && span.first_position + span.rows() <= shape().context);
      for (int i = 0; i < span.rows(); ++i, ++row) {
        const std::span<float> out = x.Row(row);
        if (span.tokens.empty()) {
          std::ranges::copy(span.embeddings.Row(i), out.begin());
        } else {
          const int token = span.tokens[static_cast<std::size_t>(i)];
          CHECK(0 <= token && token < shape().vocabulary);
          weights_.output.weight.CopyRow(token, out);
        }
        std::ranges::transform(out, positions.Row(span.first_position + i), out.begin(),
                               std::plus<>());
      }
    }
  }

  // The last logits_rows rows of each span.
  static void GatherLogitsRows(std::span<const TokenSpan> batch, View<const float> x,
                               View<float> chosen) {
    int row = 0;
    int next = 0;
    for (const TokenSpan& span : batch) {
      row += span.rows();
      CHECK(0 <= span.logits_rows && span.logits_rows <= span.rows());
      for (int i = span.logits_rows; i > 0; --i) {
        std::ranges::copy(x.Row(row - i), chosen.Row(next++).begin());
      }
    }
    CHECK(next == chosen.rows);
  }

  Buffers TakeBuffers(int rows, Workspace& workspace) const {
    const int width = shape().width;
    return {.x = workspace.Take(rows, width),
            .normed = workspace.Take(rows, width),
            .qkv = workspace.Take(rows, 3 * width),
            .mixed = workspace.Take(rows, width),
            .hidden = workspace.Take(rows, HiddenWidth())};
  }

  // F
  int HiddenWidth() const { return weights_.blocks.front().mlp_up.weight.outputs(); }

  Gpt2Weights weights_;
};

struct Sizes {
  DecoderShape shape;
  int hidden = 0;  // F
  float epsilon = 0;
};

Sizes ReadSizes(WeightReader& reader) {
  const std::string_view name = kGpt2.architecture;
  Sizes sizes;
  DecoderShape& shape = sizes.shape;
  shape.context = reader.Int(keys::ContextLength(name), 1, ModelLimits::kContext);
  shape.width = reader.Int(keys::EmbeddingLength(name), 1, ModelLimits::kWidth / 4);
  shape.blocks = reader.Int(keys::BlockCount(name), 1, ModelLimits::kBlocks);
  shape.heads = reader.Int(keys::HeadCount(name), 1, shape.width);
  shape.kv_heads = shape.heads;
  shape.head_width = shape.width / shape.heads;
  shape.vocabulary = reader.FirstExtent(modules::Weight(modules::kTokenEmbedding), shape.width,
                                        ModelLimits::kVocabulary);
  sizes.hidden = reader.Int(keys::FeedForwardLength(name), 1, ModelLimits::kWidth);
  sizes.epsilon = reader.Float(keys::LayerNormEpsilon(name), 1e-12f, 1.0f);

  if (shape.width % shape.heads != 0 || shape.head_width > kMaxHeadWidth) {
    reader.Fail({ErrorCode::kUnsupported,
                 "model: key '" + keys::HeadCount(name) + "': expected a divisor of the width " +
                     std::to_string(shape.width) + " that leaves at most " +
                     std::to_string(kMaxHeadWidth) + " per head, found " +
                     std::to_string(shape.heads)});
  }
  const long long cache_bytes = 4LL * shape.blocks * shape.context * shape.width;
  if (cache_bytes > ModelLimits::kCacheBytes) {
    reader.Fail({ErrorCode::kTooLarge, "model: cache of one sequence: expected at most " +
                                           std::to_string(ModelLimits::kCacheBytes) +
                                           " bytes, found " + std::to_string(cache_bytes)});
  }
  return sizes;
}

BlockWeights ReadBlock(WeightReader& reader, int block, const Sizes& sizes) {
  const int width = sizes.shape.width;
  const std::string zone = "decoder.block." + std::to_string(block);
  BlockWeights w;
  w.attn_norm = reader.ReadNorm(modules::AttnNorm(block), width, zone + ".attention.norm");
  w.attn_qkv =
      reader.ReadLinear(modules::AttnQkv(block), {3 * width, width}, zone + ".attention.qkv");
  w.attend_zone = zone + ".attention.attend";
  w.attn_output =
      reader.ReadLinear(modules::AttnOutput(block), {width, width}, zone + ".attention.output");
  w.mlp_norm = reader.ReadNorm(modules::FfnNorm(block), width, zone + ".mlp.norm");
  w.mlp_up = reader.ReadLinear(modules::FfnUp(block), {sizes.hidden, width}, zone + ".mlp.up");
  w.mlp_down =
      reader.ReadLinear(modules::FfnDown(block), {width, sizes.hidden}, zone + ".mlp.down");
  w.attn_norm.epsilon = sizes.epsilon;
  w.mlp_norm.epsilon = sizes.epsilon;
  return w;
}

Result<std::unique_ptr<Decoder>> LoadGpt2(const GgufFile& file) {
  WeightReader reader(file);
  const Sizes sizes = ReadSizes(reader);
  const DecoderShape& shape = sizes.shape;
  Gpt2Weights weights;
  weights.positions =
      reader.Values(modules::Weight(modules::kPositionEmbedding), {shape.context, shape.width});
  for (int block = 0; block < shape.blocks && reader.ok(); ++block) {
    weights.blocks.push_back(ReadBlock(reader, block, sizes));
  }
  weights.output_norm = reader.ReadNorm(modules::kOutputNorm, shape.width, "decoder.output_norm");
  weights.output_norm.epsilon = sizes.epsilon;
  const std::vector<float> embeddings =
      reader.Values(modules::Weight(modules::kTokenEmbedding), {shape.vocabulary, shape.width});
  if (!reader.ok()) return reader.error();
  weights.output = {.zone = "decoder.logits",
                    .weight = Weight({embeddings.data(), shape.vocabulary, shape.width}),
                    .bias = {}};
  return std::unique_ptr<Decoder>(std::make_unique<Gpt2>(shape, std::move(weights)));
}

}  // namespace

const DecoderFamily kGpt2 = {.architecture = "gpt2", .load = LoadGpt2};

}  // namespace edgevlm
