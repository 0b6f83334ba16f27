#include "model/projector/qformer.h"

#include <algorithm>
#include <utility>

#include "gguf/names.h"
#include "kernels/attention/attention.h"
#include "model/projector/qformer_weights.h"
#include "model/zone_work.h"

namespace edgevlm {
namespace {

// Activations of one pass. T: the queries of all n images; R: the rows that they read, features or
// themselves.
struct QFormerBuffers {
  View<float> x;         // [T, H] the residual stream
  View<float> q;         // [T, H]
  View<float> attended;  // [T, H]
  View<float> hidden;    // [T, F]
  View<float> keys;      // [R, H]
  View<float> values;    // [R, H]
  View<float> quants;    // input of the next product, rounded
};

class QFormer final : public Projector {
 public:
  explicit QFormer(QFormerWeights weights) : weights_(std::move(weights)) {}

  int inputs() const override { return weights_.feature_width; }
  int outputs() const override { return weights_.output.weight.outputs(); }
  int Tokens(int) const override { return weights_.query_count; }
  bool mixes_features() const override { return true; }

  void Project(View<const float> features, View<float> embeddings, Workspace& workspace,
               const Run& run) const override {
    const WorkspaceScope scope(workspace);
    const int images = embeddings.rows / weights_.query_count;
    const QFormerBuffers b = AllocBuffers(embeddings.rows, features.rows, workspace);
    // Rounded by the first block that reads them, for all.
    Inputs seen(features, workspace.Alloc(features.rows, QuantizedColumns(features.cols)));
    for (int n = 0; n < images; ++n) {
      std::ranges::copy(weights_.queries, b.x.Row(n * weights_.query_count).data());
    }
    weights_.query_norm.Apply(b.x, b.x, run);
    for (const QFormerBlock& block : weights_.blocks) {
      if (run.IsOver()) return;
      run.Yield();
      RunBlock(block, images, seen, features.rows, b, run);
    }
    Inputs queries(b.x, b.quants);
    weights_.output.Apply(queries, Activation::kNone, embeddings, run);  // [T, D]
  }

 private:
  QFormerBuffers AllocBuffers(int rows, int features, Workspace& workspace) const {
    const int width = weights_.width;
    const int read = std::max(rows, features);
    const int widest = std::max(width, weights_.hidden);
    return {.x = workspace.Alloc(rows, width),
            .q = workspace.Alloc(rows, width),
            .attended = workspace.Alloc(rows, width),
            .hidden = workspace.Alloc(rows, weights_.hidden),
            .keys = workspace.Alloc(read, width),
            .values = workspace.Alloc(read, width),
            .quants = workspace.Alloc(rows, QuantizedColumns(widest))};
  }

  // As in BERT (Devlin et al. 2018), each part is followed by a norm, in place:
  //   x = Norm(x + Attention(x, x))
  //   x = Norm(x + Attention(x, features))    in every second block
  //   x = Norm(x + gelu(x Wu^T + bu) Wd^T + bd)
  void RunBlock(const QFormerBlock& w, int images, Inputs& seen, int features,
                const QFormerBuffers& b, const Run& run) const {
    {
      Inputs queries(b.x, b.quants);
      RunAttention(w.self, images, {queries, queries, b.x.rows}, b, run);
    }
    if (w.cross) {
      Inputs queries(b.x, b.quants);
      RunAttention(*w.cross, images, {queries, seen, features}, b, run);
    }
    Inputs mlp(b.x, b.quants);
    w.mlp_up.Apply(mlp, Activation::kGeluErf, b.hidden, run);  // [T, F]
    Inputs hidden(b.hidden, b.quants);
    w.mlp_down.AddTo(hidden, b.x, run);  // [T, H]
    w.mlp_norm.Apply(b.x, b.x, run);
  }

  // The rows that attend, and those that they attend to, of all images.
  struct Rows {
    Inputs& queries;
    Inputs& read;
    int read_rows;
  };

  void RunAttention(const QFormerAttention& w, int images, const Rows& rows,
                    const QFormerBuffers& b, const Run& run) const {
    const View<float> keys = b.keys.Rows(0, rows.read_rows);
    const View<float> values = b.values.Rows(0, rows.read_rows);
    w.q.Apply(rows.queries, Activation::kNone, b.q, run);  // [T, H]
    w.k.Apply(rows.read, Activation::kNone, keys, run);    // [R, H]
    w.v.Apply(rows.read, Activation::kNone, values, run);  // [R, H]
    AttendByImage(w, images, keys, values, b, run);        // [T, H]
    Inputs attended(b.attended, b.quants);
    w.output.AddTo(attended, b.x, run);
    w.norm.Apply(b.x, b.x, run);
  }

  void AttendByImage(const QFormerAttention& w, int images, View<const float> keys,
                     View<const float> values, const QFormerBuffers& b, const Run& run) const {
    const auto precision = run.fast ? AttentionPrecision::kBfloat16 : AttentionPrecision::kFloat32;
    const int count = weights_.query_count, read = keys.rows / images;
    PROFILE_ZONE(
        run.profiler, w.attend_zone,
        AttentionWork(1.0 * images * count, read, b.q.cols, keys.cols, ArithmeticOf(precision)));
    for (int n = 0; n < images; ++n) {
      const View<const float> k = keys.Rows(n * read, read), v = values.Rows(n * read, read);
      Attend({.q = b.q.Rows(n * count, count),
              .keys = SideBySide<const float>(k, weights_.heads),
              .values = SideBySide<const float>(v, weights_.heads),
              .heads = {weights_.heads, weights_.heads},
              .mask = MaskRange::kAll,
              .precision = precision,
              .out = b.attended.Rows(n * count, count)},
             run.pool);
    }
  }

  QFormerWeights weights_;
};

void StretchBicubic(WeightReader& reader, Preprocessing& preprocessing) {
  preprocessing.fit = Fit::kStretch;
  preprocessing.filter = Filter::kBicubic;
  // The features are in the order of training; a file made for another one is not run.
  const Result<bool> is_first = reader.file().Bool(keys::kClassTokenFirst, true);
  if (!is_first) return reader.Fail(is_first.error());
  if (*is_first) return;
  reader.Fail({ErrorCode::kUnsupported, "model: key '" + std::string(keys::kClassTokenFirst) +
                                            "': expected true, found false"});
}

Result<std::unique_ptr<Projector>> LoadQFormer(const GgufFile& file, Packing packing) {
  WeightReader reader(file, packing);
  QFormerWeights weights = ReadQFormer(reader);
  if (!reader.ok()) return reader.error();
  return std::unique_ptr<Projector>(std::make_unique<QFormer>(std::move(weights)));
}

}  // namespace

const ProjectorFamily kQFormer = {
    .type = "qformer",
    .load = LoadQFormer,
    .vision_encoder = {.unread_blocks = 0,
                       .reads_grid = false,
                       .variant = VitVariant{.has_class_token = true,
                                             .keeps_class_row = true,
                                             .has_post_norm = true,
                                             .has_key_bias = false,
                                             .has_exact_gelu = true,
                                             .projector_tensors = modules::kQFormerTensors},
                       .prepare = StretchBicubic},
    .has_plain_prompts = true,
};

}  // namespace edgevlm
