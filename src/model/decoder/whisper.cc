#include "model/decoder/whisper.h"

#include <algorithm>
#include <string>
#include <utility>

#include "gguf/names.h"
#include "kernels/attention/attention.h"
#include "model/decoder/spans.h"
#include "model/decoder/whisper_weights.h"
#include "model/zone_work.h"

namespace edgevlm {
namespace {

// Activations inside a block. T: rows of the batch.
struct Buffers {
  View<float> normed;            // [T, D]
  View<float> q;                 // [T, D]
  View<float> k;                 // [T, D]
  View<float> v;                 // [T, D]
  View<float> attention_output;  // [T, D]
  View<float> hidden;            // [T, F]
  // Memory in which Inputs stores the next product's input as int8 or bfloat16.
  View<float> rounded;
};

class WhisperDecoder final : public CrossDecoder {
 public:
  explicit WhisperDecoder(WhisperWeights weights)
      : CrossDecoder(weights.shape), weights_(std::move(weights)) {}

  void ReadFeatures(View<const float> features, CrossCache& cross, Workspace& workspace,
                    const Run& run) const override {
    const WorkspaceScope scope(workspace);
    const View<float> keys = workspace.Alloc(features.rows, shape().width);
    const View<float> values = workspace.Alloc(features.rows, shape().width);
    // Rounded by the first block that reads them, for all.
    Inputs read(features, workspace.Alloc(features.rows, QuantizedColumns(features.cols)));
    for (int block = 0; block < shape().blocks; ++block) {
      const WhisperAttention& w = weights_of(block).cross;
      w.k.Apply(read, Activation::kNone, keys, run);    // [R, D]
      w.v.Apply(read, Activation::kNone, values, run);  // [R, D]
      HalfRows& rows = cross.block(block);
      rows.TruncateTo(0);
      rows.Append(keys, values);
    }
  }

  // x = token_embd[id] + position_embd[position].
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
    const Buffers b = AllocBuffers(x.rows, workspace);
    for (int block = blocks.begin; block < blocks.end; ++block) {
      const WhisperAttention& w = weights_of(block).self;
      Inputs attn(x, &w.norm, b.normed, b.rounded);
      w.k.Apply(attn, Activation::kNone, b.k, run);
      w.v.Apply(attn, Activation::kNone, b.v, run);
      AppendSpans(batch, block, b.k, b.v);
    }
  }

  void WriteLogits(View<const float> x, View<float> logits, Workspace& workspace,
                   const Run& run) const override {
    NormedLogits(x, weights_.output_norm, weights_.tokens.output, logits, workspace, run);
  }

 private:
  const WhisperBlock& weights_of(int block) const {
    return weights_.blocks[static_cast<std::size_t>(block)];
  }

  // One block, in place:
  //   x += Attention(Norm(x)) Wo^T + bo
  //   x += Attention(Norm(x), encoder's rows) Wo^T + bo
  //   x += gelu(Norm(x) Wu^T + bu) Wd^T + bd
  // x [T, D] is the residual stream. Shapes of the weights: WhisperBlock.
  void RunBlock(int block, std::span<const TokenSpan> batch, View<float> x, const Buffers& b,
                const Run& run) const {
    const WhisperBlock& w = weights_of(block);
    RunSelfAttention(block, batch, x, b, run);
    RunCrossAttention(block, batch, x, b, run);
    Inputs mlp(x, &w.mlp_norm, b.normed, b.rounded);           // [T, D]
    w.mlp_up.Apply(mlp, Activation::kGeluErf, b.hidden, run);  // [T, F]
    Inputs hidden(b.hidden, b.rounded);
    w.mlp_down.AddTo(hidden, x, run);
  }

  void RunSelfAttention(int block, std::span<const TokenSpan> batch, View<float> x,
                        const Buffers& b, const Run& run) const {
    const WhisperAttention& w = weights_of(block).self;
    Inputs attn(x, &w.norm, b.normed, b.rounded);
    w.q.Apply(attn, Activation::kNone, b.q, run);  // [T, D]
    w.k.Apply(attn, Activation::kNone, b.k, run);  // [T, D]
    w.v.Apply(attn, Activation::kNone, b.v, run);  // [T, D]
    {
      PROFILE_ZONE(run.profiler, w.attend_zone, AttentionWork(batch, block, heads()));
      AttendSpans(batch, block, {.q = b.q, .k = b.k, .v = b.v}, heads(), b.attention_output,
                  run.pool);  // [T, D]
    }
    Inputs attention_output(b.attention_output, b.rounded);
    w.output.AddTo(attention_output, x, run);
  }

  void RunCrossAttention(int block, std::span<const TokenSpan> batch, View<float> x,
                         const Buffers& b, const Run& run) const {
    const WhisperAttention& w = weights_of(block).cross;
    Inputs attn(x, &w.norm, b.normed, b.rounded);
    w.q.Apply(attn, Activation::kNone, b.q, run);  // [T, D]
    int row = 0;
    for (std::size_t i = 0; i < batch.size();) {
      // Spans about the same rows read them together.
      const CrossCache* cross = batch[i].cross;
      CHECK(cross != nullptr && cross->rows() >= 1);
      int rows = 0;
      for (; i < batch.size() && batch[i].cross == cross; ++i) rows += batch[i].rows();
      const HalfRows& read = cross->block(block);
      PROFILE_ZONE(run.profiler, w.attend_zone,
                   AttentionWork(rows, read.rows(), x.cols, x.cols, Arithmetic::kFloat32));
      Attend({.q = b.q.Rows(row, rows),
              .keys = read.keys(),
              .values = read.values(),
              .heads = heads(),
              .mask = MaskRange::kAll,
              .out = b.attention_output.Rows(row, rows)},
             run.pool);  // [T, D]
      row += rows;
    }
    Inputs attention_output(b.attention_output, b.rounded);
    w.output.AddTo(attention_output, x, run);
  }

  HeadCounts heads() const { return {.query = shape().heads, .kv = shape().kv_heads}; }

  Buffers AllocBuffers(int rows, Workspace& workspace) const {
    const int width = shape().width, hidden = weights_.hidden;
    return {.normed = workspace.Alloc(rows, width),
            .q = workspace.Alloc(rows, width),
            .k = workspace.Alloc(rows, width),
            .v = workspace.Alloc(rows, width),
            .attention_output = workspace.Alloc(rows, width),
            .hidden = workspace.Alloc(rows, hidden),
            .rounded = workspace.Alloc(rows, QuantizedColumns(std::max(width, hidden)))};
  }

  WhisperWeights weights_;
};

constexpr std::string_view kAudio = "whisper.audio";

AudioSizes ReadAudioSizes(WeightReader& reader) {
  AudioSizes sizes;
  sizes.bands = reader.Int(keys::kWhisperMelBands, 1, AudioSizes::kMaxBands);
  sizes.width = reader.Int(keys::EmbeddingLength(kAudio), 1, ModelLimits::kWidth / 4);
  sizes.hidden = reader.Int(keys::FeedForwardLength(kAudio), 1, ModelLimits::kWidth);
  sizes.blocks = reader.Int(keys::BlockCount(kAudio), 1, ModelLimits::kBlocks);
  sizes.heads = reader.Int(keys::kWhisperAudioHeadCount, 1, sizes.width);
  // Frames of 30 s at least: two for each position.
  sizes.positions = reader.Int(keys::ContextLength(kAudio), 1, ModelLimits::kWidth / 4);
  sizes.epsilon = reader.Float(keys::LayerNormEpsilon("whisper"), 1e-12f, 1.0f);
  CheckHeads(reader, sizes, keys::kWhisperAudioHeadCount);
  return sizes;
}

}  // namespace

Result<WhisperModel> LoadWhisper(const GgufFile& file, Packing packing) {
  const auto architecture = file.String(keys::kArchitecture);
  if (!architecture) return architecture.error();
  if (*architecture != "whisper") {
    constexpr std::size_t kShownBytes = 64;
    return Error{ErrorCode::kUnsupported, "model: key '" + std::string(keys::kArchitecture) +
                                              "': expected whisper, found '" +
                                              Printable(*architecture, kShownBytes) + "'"};
  }
  WeightReader reader(file, packing);
  const AudioSizes sizes = ReadAudioSizes(reader);
  AudioWeights encoder = WhisperEncoder::Read(reader, sizes);
  WhisperWeights decoder = ReadWhisperDecoder(reader);
  if (reader.ok() && decoder.shape.width != sizes.width) {
    reader.Fail({ErrorCode::kInvalid, "model: key '" + keys::EmbeddingLength("whisper") +
                                          "': expected the encoder's width " +
                                          std::to_string(sizes.width) + ", found " +
                                          std::to_string(decoder.shape.width)});
  }
  if (!reader.ok()) return reader.error();
  return WhisperModel{std::make_unique<WhisperEncoder>(std::move(encoder)),
                      std::make_unique<WhisperDecoder>(std::move(decoder))};
}

Result<std::unique_ptr<CrossDecoder>> LoadWhisperDrafter(const GgufFile& file) {
  WeightReader reader(file, Packing::kInt8, 0);
  WhisperWeights weights = ReadWhisperDecoder(reader);
  if (!reader.ok()) return reader.error();
  return std::unique_ptr<CrossDecoder>(std::make_unique<WhisperDecoder>(std::move(weights)));
}

}  // namespace edgevlm
