#include "model/projector/qformer_weights.h"

#include <algorithm>
#include <utility>

#include "gguf/names.h"
#include "kernels/attention/attention.h"
#include "model/patch_grid.h"

namespace edgevlm {
namespace {

constexpr int kMaxQueries = 1024;  // of an image; the published models have 32
constexpr int kCrossPeriod = 2;    // blocks; every first of them has cross-attention

// The modules of one block.
class QFormerBlockReader {
 public:
  QFormerBlockReader(WeightReader& reader, int block, const QFormerWeights& sizes, float epsilon)
      : reader_(reader), block_(block), sizes_(sizes), epsilon_(epsilon) {}

  QFormerBlock Read() {
    QFormerBlock w;
    w.self = ReadAttention("self_attn", "self", sizes_.width);
    if (block_ % kCrossPeriod == 0) {
      w.cross = ReadAttention("cross_attn", "cross", sizes_.feature_width);
    }
    w.mlp_up = ReadLinear("ffn_up", {sizes_.hidden, sizes_.width}, "mlp.up");
    w.mlp_down = ReadLinear("ffn_down", {sizes_.width, sizes_.hidden}, "mlp.down");
    w.mlp_norm = ReadNorm("ffn_norm", "mlp.norm");
    return w;
  }

 private:
  std::string Zone(const std::string& part) const {
    return "multi_modal_projector.layers." + std::to_string(block_) + "." + part;
  }

  Linear ReadLinear(const std::string& part, const Shape& shape, const std::string& zone) {
    return reader_.ReadLinear(modules::QFormerBlock(block_, part), shape, Zone(zone));
  }

  Norm ReadNorm(const std::string& part, const std::string& zone) {
    Norm norm = reader_.ReadNorm(modules::QFormerBlock(block_, part), sizes_.width, Zone(zone));
    norm.epsilon = epsilon_;
    return norm;
  }

  QFormerAttention ReadAttention(const std::string& part, const std::string& zone, int read_width) {
    const int width = sizes_.width;
    QFormerAttention w;
    w.q = ReadLinear(part + "_q", {width, width}, zone + ".q_proj");
    w.k = ReadLinear(part + "_k", {width, read_width}, zone + ".k_proj");
    w.v = ReadLinear(part + "_v", {width, read_width}, zone + ".v_proj");
    w.output = ReadLinear(part + "_out", {width, width}, zone + ".out_proj");
    w.norm = ReadNorm(part + "_norm", zone + ".norm");
    w.attend_zone = Zone(zone + ".attention");
    return w;
  }

  WeightReader& reader_;
  int block_;
  const QFormerWeights& sizes_;
  float epsilon_;
};

int ReadQFormerHeads(WeightReader& reader, int width) {
  const int heads = reader.Int(keys::kQFormerHeadCount, 1, width);
  if (reader.ok() && (width % heads != 0 || width / heads > kMaxHeadWidth)) {
    reader.Fail({ErrorCode::kInvalid, "model: key '" + std::string(keys::kQFormerHeadCount) +
                                          "': expected a divisor of the width " +
                                          std::to_string(width) + " that leaves at most " +
                                          std::to_string(kMaxHeadWidth) + " per head, found " +
                                          std::to_string(heads)});
  }
  return heads;
}

// Workspace values of one image (QFormerBuffers in qformer.cc): sizes that are legal one by one
// must not make a small file ask for gigabytes. An eighth of the limit, as eight images go through
// it at once.
void CheckWorkspace(WeightReader& reader, const QFormerWeights& weights) {
  const long long features = ReadPatchGrid(reader).patches() + 1;
  const int widest = std::max(weights.width, weights.hidden);
  const long long of_query = 3LL * weights.width + weights.hidden + QuantizedColumns(widest);
  const long long of_feature = 2LL * weights.width + QuantizedColumns(weights.feature_width);
  const long long values =
      weights.query_count * (of_query + 2LL * weights.width) + features * of_feature;
  constexpr long long kMaxValues = ModelLimits::kWorkspaceValues / 8;
  if (values <= kMaxValues) return;
  reader.Fail({ErrorCode::kTooLarge, "model: projector: expected at most " +
                                         std::to_string(kMaxValues) + " values in flight, found " +
                                         std::to_string(values)});
}

}  // namespace

QFormerWeights ReadQFormer(WeightReader& reader) {
  QFormerWeights weights;
  weights.feature_width = reader.Int(keys::kVisionEmbeddingLength, 1, ModelLimits::kWidth);
  weights.width = reader.Int(keys::kQFormerEmbeddingLength, 1, ModelLimits::kWidth);
  weights.hidden = reader.Int(keys::kQFormerFeedForwardLength, 1, ModelLimits::kWidth);
  weights.heads = ReadQFormerHeads(reader, weights.width);
  const int blocks = reader.Int(keys::kQFormerBlockCount, 1, ModelLimits::kBlocks);
  const float epsilon = reader.Float(keys::kQFormerLayerNormEpsilon, 1e-12f, 1.0f);
  const std::string queries(modules::kQFormerQueries);
  weights.query_count = reader.FirstExtent(queries, weights.width, kMaxQueries);
  if (reader.ok()) CheckWorkspace(reader, weights);
  weights.queries = reader.Values(queries, {weights.query_count, weights.width});
  weights.query_norm =
      reader.ReadNorm(modules::kQFormerNorm, weights.width, "multi_modal_projector.norm");
  weights.query_norm.epsilon = epsilon;
  for (int block = 0; block < blocks && reader.ok(); ++block) {
    weights.blocks.push_back(QFormerBlockReader(reader, block, weights, epsilon).Read());
  }
  const int outputs = reader.FirstExtent(modules::Weight(modules::kQFormerOutput), weights.width,
                                         ModelLimits::kWidth);
  weights.output = reader.ReadLinear(modules::kQFormerOutput, {outputs, weights.width},
                                     "multi_modal_projector.output");
  for (const std::string_view prefix : {modules::kQFormerTensors, std::string_view("mm.")}) {
    reader.RefuseUnread(prefix, modules::kSoundProjectorTensors);
  }
  return weights;
}

}  // namespace edgevlm
