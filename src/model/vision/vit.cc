#include "model/vision/vit.h"

#include <algorithm>
#include <utility>

#include "kernels/attention/attention.h"
#include "model/vision/merged_rows.h"
#include "model/vision/received_attention.h"
#include "model/vision/vit_weights.h"
#include "model/zone_work.h"

namespace edgevlm {
namespace {

constexpr int kColors = 3;

// Rows of an MLP at once: for an image in many tiles, all rows would take a fifth of a GB. An int8
// product reads its weights again for every 294 rows anyway (kernels/matmul).
constexpr int kMlpRows = 294;

// The rows of every image of a pass, the same number for each.
using Images = std::vector<MergedRows>;

// Activations of one pass. R: rows of all n images, at first P and the class token for each.
struct Activations {
  View<float> x;                 // [R, E] the residual stream
  View<float> normed;            // [R, E]
  View<float> q;                 // [R, E]
  View<float> k;                 // [R, E]
  View<float> v;                 // [R, E]
  View<float> attention_output;  // [R, E]
  View<float> hidden;            // [at most kMlpRows, F]
  View<float> quants;            // input of the next product, rounded
  View<float> value_quants;      // of the values, which need another rounding than q and k

  void ShrinkTo(int rows) {
    for (View<float>* view : {&x, &normed, &q, &k, &v, &attention_output, &quants, &value_quants}) {
      view->rows = rows;
    }
    hidden.rows = std::min(hidden.rows, rows);
  }
};

class Vit final : public VisionEncoder {
 public:
  Vit(const VisionShape& shape, VitWeights weights)
      : VisionEncoder(shape), weights_(std::move(weights)) {}

  bool has_scores() const override { return !weights_.blocks.empty(); }

  void Encode(const InputImages& input, const EncodedImages& encoded, Workspace& workspace,
              const Run& run) const override {
    const Workspace::Mark mark = workspace.mark();
    const View<const float> pixels = input.pixels;
    const int side = weights_.grid.image_size;
    const int count = pixels.rows / (side * side);
    CHECK(count >= 1 && encoded.features.rows == count * shape().tokens);
    Activations buffers = AllocActivations(count, workspace);
    Images images(static_cast<std::size_t>(count),
                  MergedRows(weights_.rows(), weights_.class_row()));
    const View<float> scores = workspace.Alloc(encoded.scores.rows, weights_.rows());
    Embed(pixels, count, buffers.x, workspace, run);
    if (weights_.pre_norm) weights_.pre_norm->Apply(buffers.x, buffers.x, run);
    for (const VitBlock& block : weights_.blocks) {
      if (run.IsOver()) return workspace.Rewind(mark);
      run.Yield();
      const bool is_last = &block == &weights_.blocks.back();
      RunAttention(block, images, buffers, run);
      if (is_last && scores.rows > 0) Score(images, buffers, scores, workspace, run);
      if (weights_.merged_tokens > 0) Merge(block, images, buffers, workspace, run);
      RunMlp(block, buffers, run);
    }
    if (weights_.post_norm) weights_.post_norm->Apply(buffers.x, buffers.x, run);
    CopyFeatures(images, buffers.x, scores, encoded);
    workspace.Rewind(mark);
  }

 private:
  Activations AllocActivations(int images, Workspace& workspace) const {
    const int rows = images * weights_.rows();
    const auto take = [&](int width) { return workspace.AllocSpread(rows, width); };
    const int width = shape().width;
    const int hidden = weights_.blocks.empty() ? 0 : weights_.blocks[0].mlp_up.weight.outputs();
    return {take(width),
            take(width),
            take(width),
            take(width),
            take(width),
            take(width),
            workspace.AllocSpread(std::min(rows, kMlpRows), hidden),
            take(QuantizedColumns(std::max(width, hidden))),
            take(QuantizedColumns(width))};
  }

  // x = positions + (embeddings of the patches, and the class embedding), image by image.
  void Embed(View<const float> pixels, int images, View<float> x, Workspace& workspace,
             const Run& run) const {
    PROFILE_ZONE(
        run.profiler, "vision_tower.embeddings.patch_embedding",
        ProductWork(images * weights_.grid.patches(), weights_.patches, Arithmetic::kFloat32));
    const Workspace::Mark mark = workspace.mark();
    const PatchGrid& grid = weights_.grid;
    const int cells = grid.image_size * grid.image_size;
    const bool is_class_first = weights_.is_class_first && weights_.class_rows() > 0;
    const View<float> patches = workspace.Alloc(grid.patches(), weights_.patches.inputs());
    const View<const float> positions(weights_.positions.data(), weights_.rows(), x.cols);
    for (int n = 0; n < images; ++n) {
      const View<float> rows = x.Rows(n * weights_.rows(), weights_.rows());  // [P + 1, E]
      for (int row = 0; row < rows.rows; ++row) {
        std::ranges::copy(positions.Row(row), rows.Row(row).data());
      }
      if (weights_.class_rows() > 0) {
        AddTo(rows.Row(is_class_first ? 0 : grid.patches()), weights_.class_embedding);
      }
      Unfold(pixels.Rows(n * cells, cells), patches, run.pool);  // [P, patch^2 * 3]
      const View<float> y = rows.Rows(is_class_first ? 1 : 0, grid.patches());
      MatMul(patches, weights_.patches, {.bias = weights_.patch_bias, .residual = y}, y, run.pool);
    }
    workspace.Rewind(mark);
  }

  static void AddTo(std::span<float> row, const std::vector<float>& values) {
    for (std::size_t i = 0; i < row.size(); ++i) row[i] += values[i];
  }

  // Every patch becomes a row of its pixels, row by row.
  void Unfold(View<const float> pixels, View<float> patches, ThreadPool& pool) const {
    const PatchGrid& grid = weights_.grid;
    pool.ParallelFor(grid.patches(), grid.side(), [&](int begin, int end, int) {
      const int line = grid.patch_size * kColors;
      for (int i = begin; i < end; ++i) {
        const int top = i / grid.side() * grid.patch_size;
        const int left = i % grid.side() * grid.patch_size;
        for (int dy = 0; dy < grid.patch_size; ++dy) {
          const float* from = pixels.Row((top + dy) * grid.image_size + left).data();
          std::copy_n(from, line, patches.Row(i).data() + dy * line);
        }
      }
    });
  }

  void RunAttention(const VitBlock& w, const Images& images, const Activations& b,
                    const Run& run) const {
    Inputs attn(b.x, &w.attn_norm, b.normed, b.quants);  // [R, E]
    attn.RoundForBoth(w.attn_q, w.attn_v, b.value_quants, run);
    w.attn_q.Apply(attn, Activation::kNone, b.q, run);  // [R, E]
    w.attn_k.Apply(attn, Activation::kNone, b.k, run);  // [R, E]
    w.attn_v.Apply(attn, Activation::kNone, b.v, run);  // [R, E]
    Attend(w, images, b, run);                          // [R, E]
    Inputs attention_output(b.attention_output, b.quants);
    w.attn_output.AddTo(attention_output, b.x, run);  // x += attention_output Wo^T + bo
  }

  // Processes the rows in chunks: the hidden activations are the widest array.
  void RunMlp(const VitBlock& w, const Activations& b, const Run& run) const {
    const int parts = (b.x.rows + kMlpRows - 1) / kMlpRows;
    for (int part = 0; part < parts; ++part) {
      const int first = b.x.rows * part / parts;
      const int rows = b.x.rows * (part + 1) / parts - first;
      const View<float> quants = b.quants.Rows(0, rows), hidden = b.hidden.Rows(0, rows);
      Inputs mlp(b.x.Rows(first, rows), &w.mlp_norm, b.normed.Rows(first, rows), quants);
      w.mlp_up.Apply(mlp, weights_.activation, hidden, run);  // [rows, F]
      Inputs inner(hidden, quants);
      w.mlp_down.AddTo(inner, b.x.Rows(first, rows), run);  // x += hidden Wd^T + bd
    }
  }

  void Attend(const VitBlock& w, const Images& images, const Activations& b, const Run& run) const {
    const auto precision = run.fast ? AttentionPrecision::kBfloat16 : AttentionPrecision::kFloat32;
    int first = 0;
    for (const MergedRows& image : images) {
      const int rows = image.rows();
      PROFILE_ZONE(run.profiler, w.attend_zone,
                   AttentionWork(rows, rows, b.q.cols, b.k.cols, ArithmeticOf(precision)));
      edgevlm::Attend({.q = b.q.Rows(first, rows),
                       .keys = SideBySide<const float>(b.k.Rows(first, rows), weights_.heads),
                       .values = SideBySide<const float>(b.v.Rows(first, rows), weights_.heads),
                       .heads = {weights_.heads, weights_.heads},
                       .mask = MaskRange::kAll,
                       .precision = precision,
                       .log2_counts = image.log2_sizes(),
                       .out = b.attention_output.Rows(first, rows)},
                      run.pool);
      first += rows;
    }
  }

  // Merges rows of x by the keys of this block.
  void Merge(const VitBlock& w, Images& images, Activations& b, Workspace& workspace,
             const Run& run) const {
    PROFILE_ZONE(run.profiler, w.merge_zone);
    int first = 0, next = 0;
    for (MergedRows& image : images) {
      const int rows = image.rows(), rows_left = rows - weights_.merged_tokens;
      image.Merge({.keys = b.k.Rows(first, rows),
                   .heads = weights_.heads,
                   .count = weights_.merged_tokens,
                   .x = b.x.Rows(first, rows),
                   .y = b.normed.Rows(next, rows_left)},
                  workspace, run.pool);
      first += rows;
      next += rows_left;
    }
    std::swap(b.x, b.normed);
    b.ShrinkTo(next);
  }

  // The attention from the class token; without one, from all patches. A patch has an equal part of
  // the score of the row that it was merged into.
  //   scores  [n, weights_.rows()]
  void Score(const Images& images, const Activations& b, View<float> scores, Workspace& workspace,
             const Run& run) const {
    PROFILE_ZONE(run.profiler, "vision_tower.token_scores");
    const Workspace::Mark mark = workspace.mark();
    const View<float> received = workspace.Alloc(1, weights_.rows());
    int first = 0;
    for (int n = 0; n < scores.rows; ++n) {
      const MergedRows& image = images[static_cast<std::size_t>(n)];
      const std::span<float> of_rows = received.Cols(0, image.rows()).Row(0);
      ReceivedAttention({.q = b.q.Rows(first, image.rows()),
                         .k = b.k.Rows(first, image.rows()),
                         .heads = weights_.heads,
                         .log2_sizes = image.log2_sizes(),
                         .asking_row = image.class_row()},
                        of_rows, workspace, run.pool);
      for (int patch = 0; patch < scores.cols; ++patch) {
        const int row = image.RowOf(patch);
        scores.Row(n).data()[patch] = of_rows.data()[row] / image.SizeOf(row);
      }
      first += image.rows();
    }
    workspace.Rewind(mark);
  }

  // For a grid: the last P of the original rows, merged ones with the value of the row that they
  // were merged into. With the class token in front these are the patches, or all rows where it is
  // a feature too. With the class token last, it takes the position of the first patch, and every
  // patch has the position of the one before it: not what the vision encoders were trained with,
  // but what llama.cpp computes for published files, whose outputs are the reference here. Without
  // a grid: the remaining rows.
  //   scores  [n, weights_.rows()], or empty
  void CopyFeatures(const Images& images, View<const float> x, View<const float> scores,
                    const EncodedImages& encoded) const {
    int first = 0;
    for (int n = 0; n < static_cast<int>(images.size()); ++n) {
      const MergedRows& image = images[static_cast<std::size_t>(n)];
      const std::vector<int> left = weights_.gives_grid ? std::vector<int>() : RowsLeft(image);
      for (int t = 0; t < shape().tokens; ++t) {
        const int row = weights_.gives_grid ? image.RowOf(t + weights_.rows() - shape().tokens)
                                            : left[static_cast<std::size_t>(t)];
        std::ranges::copy(x.Row(first + row), encoded.features.Row(n * shape().tokens + t).data());
      }
      if (scores.rows > 0) CopyScores(image, left, scores.Row(n), encoded.scores.Row(n));
      first += image.rows();
    }
  }

  // The features among the rows left after merging.
  std::vector<int> RowsLeft(const MergedRows& image) const {
    std::vector<int> left = image.InOrderOfPatch();
    if (weights_.keeps_class_row) left.insert(left.begin(), image.class_row());
    return left;
  }

  // left: the rows that are features; empty for a grid. A row has the sum of its patches' scores.
  void CopyScores(const MergedRows& image, const std::vector<int>& left,
                  std::span<const float> of_patches, std::span<float> scores) const {
    if (weights_.gives_grid) {
      std::ranges::copy(of_patches.last(scores.size()), scores.data());
      return;
    }
    std::vector<float> of_rows(static_cast<std::size_t>(image.rows()));
    for (int patch = 0; patch < weights_.rows(); ++patch) {
      of_rows[static_cast<std::size_t>(image.RowOf(patch))] += of_patches.data()[patch];
    }
    for (std::size_t t = 0; t < scores.size(); ++t) {
      scores[t] = of_rows[static_cast<std::size_t>(left[t])];
    }
  }

  VitWeights weights_;
};

Result<std::unique_ptr<VisionEncoder>> LoadVit(const GgufFile& file, const VisionEncoderUse& use,
                                               const VisionEncoderOptions& options) {
  WeightReader reader(file, options.packing);
  VitParts parts = ReadVit(reader, use, options.merged_tokens);
  if (!reader.ok()) return reader.error();
  return std::unique_ptr<VisionEncoder>(
      std::make_unique<Vit>(parts.shape, std::move(parts.weights)));
}

}  // namespace

const VisionFamily kVit = {.encoder = "vit", .load = LoadVit};

}  // namespace edgevlm
