#include "model/vision/vit.h"

#include <algorithm>
#include <utility>

#include "kernels/attention/attention.h"
#include "kernels/layer_norm/layer_norm.h"
#include "model/vision/vit_weights.h"

namespace edgevlm {
namespace {

constexpr int kColors = 3;
constexpr int kNormGrain = 32;  // rows that are worth a thread

// Activations of one pass. R: rows of all n pictures, P and the class token for each.
struct Activations {
  View<float> x;       // [R, E] the residual stream
  View<float> normed;  // [R, E]
  View<float> q;       // [R, E]
  View<float> k;       // [R, E]
  View<float> v;       // [R, E]
  View<float> mixed;   // [R, E]
  View<float> hidden;  // [R, F]
  View<float> levels;  // what is multiplied next, as int8
};

// norm.Apply on all threads: for one alone the rows of a picture are some milliseconds per pass.
void NormRows(const Norm& norm, View<const float> x, View<float> y, const Run& run) {
  PROFILE_ZONE(run.profiler, norm.zone);
  run.pool.ParallelFor(x.rows, kNormGrain, [&](int begin, int end, int) {
    LayerNorm(x.Rows(begin, end - begin), norm.gain, norm.bias, norm.epsilon,
              y.Rows(begin, end - begin));
  });
}

class Vit final : public VisionEncoder {
 public:
  Vit(const VisionShape& shape, VitWeights weights)
      : VisionEncoder(shape), weights_(std::move(weights)) {}

  void Encode(View<const float> pixels, View<float> features, Workspace& workspace,
              const Run& run) const override {
    const Workspace::Mark mark = workspace.mark();
    const int side = weights_.grid.image_size;
    const int pictures = pixels.rows / (side * side);
    CHECK(pictures >= 1 && features.rows == pictures * shape().tokens);
    const Activations buffers = TakeActivations(pictures, workspace);
    Embed(pixels, pictures, buffers.x, workspace, run);
    if (weights_.pre_norm) NormRows(*weights_.pre_norm, buffers.x, buffers.x, run);
    for (const VitBlock& block : weights_.blocks) RunBlock(block, pictures, buffers, run);
    if (weights_.post_norm) NormRows(*weights_.post_norm, buffers.x, buffers.x, run);
    CopyFeatures(buffers.x, pictures, features);
    workspace.Rewind(mark);
  }

 private:
  Activations TakeActivations(int pictures, Workspace& workspace) const {
    const int rows = pictures * weights_.rows();
    const auto take = [&](int width) { return workspace.Take(rows, width); };
    const int width = shape().width;
    const int hidden = weights_.blocks.empty() ? 0 : weights_.blocks[0].mlp_up.weight.outputs();
    return {take(width), take(width), take(width),  take(width),
            take(width), take(width), take(hidden), take(LevelColumns(std::max(width, hidden)))};
  }

  // x = positions + (embeddings of the patches, and the class embedding), picture by picture.
  void Embed(View<const float> pixels, int pictures, View<float> x, Workspace& workspace,
             const Run& run) const {
    PROFILE_ZONE(run.profiler, "vision.patches");
    const Workspace::Mark mark = workspace.mark();
    const PatchGrid& grid = weights_.grid;
    const int cells = grid.image_size * grid.image_size;
    const bool is_class_first = weights_.is_class_first && weights_.class_rows() > 0;
    const View<float> patches = workspace.Take(grid.patches(), weights_.patches.inputs());
    for (int n = 0; n < pictures; ++n) {
      const View<float> rows = x.Rows(n * weights_.rows(), weights_.rows());  // [P + 1, E]
      std::ranges::copy(weights_.positions, rows.data);
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

  // Every patch becomes a row, its pixels line by line.
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

  void RunBlock(const VitBlock& w, int pictures, const Activations& b, const Run& run) const {
    NormRows(w.attn_norm, b.x, b.normed, run);  // [R, E]
    const Inputs attn = w.attn_q.Prepare(b.normed, b.levels, run);
    w.attn_q.Apply(attn, Activation::kNone, b.q, run);  // [R, E]
    w.attn_k.Apply(attn, Activation::kNone, b.k, run);  // [R, E]
    w.attn_v.Apply(attn, Activation::kNone, b.v, run);  // [R, E]
    Attend(w, pictures, b, run);                        // [R, E]
    const Inputs mixed = w.attn_output.Prepare(b.mixed, b.levels, run);
    w.attn_output.AddTo(mixed, b.x, run);      // x += mixed Wo^T + bo
    NormRows(w.mlp_norm, b.x, b.normed, run);  // [R, E]
    const Inputs mlp = w.mlp_up.Prepare(b.normed, b.levels, run);
    w.mlp_up.Apply(mlp, weights_.activation, b.hidden, run);  // [R, F]
    const Inputs hidden = w.mlp_down.Prepare(b.hidden, b.levels, run);
    w.mlp_down.AddTo(hidden, b.x, run);  // x += hidden Wd^T + bd
  }

  void Attend(const VitBlock& w, int pictures, const Activations& b, const Run& run) const {
    PROFILE_ZONE(run.profiler, w.attend_zone);
    const int rows = weights_.rows();
    const auto precision = run.fast ? AttentionPrecision::kBfloat16 : AttentionPrecision::kFloat32;
    for (int n = 0; n < pictures; ++n) {
      edgevlm::Attend({.q = b.q.Rows(n * rows, rows),
                       .keys = SideBySide<const float>(b.k.Rows(n * rows, rows), weights_.heads),
                       .values = SideBySide<const float>(b.v.Rows(n * rows, rows), weights_.heads),
                       .heads = {weights_.heads, weights_.heads},
                       .sight = Sight::kAll,
                       .precision = precision,
                       .out = b.mixed.Rows(n * rows, rows)},
                      run.pool);
    }
  }

  // The last P rows of every picture. With the class token in front these are the patches. Behind
  // the patches it takes the place of the first of them, and every patch has the position of the
  // one before it: not what the eyes were trained with, but what llama.cpp computes for published
  // files, whose numbers are the measure here.
  void CopyFeatures(View<const float> x, int pictures, View<float> features) const {
    const int tokens = shape().tokens;
    for (int n = 0; n < pictures; ++n) {
      const int first = n * weights_.rows() + weights_.class_rows();
      for (int t = 0; t < tokens; ++t) {
        std::ranges::copy(x.Row(first + t), features.Row(n * tokens + t).data());
      }
    }
  }

  VitWeights weights_;
};

Result<std::unique_ptr<VisionEncoder>> LoadVit(const GgufFile& file, Packing packing) {
  const auto projector = FindProjectorFamily(file);
  if (!projector) return projector.error();
  WeightReader reader(file, packing);
  VitParts parts = ReadVit(reader, (*projector)->eye);
  if (!reader.ok()) return reader.error();
  return std::unique_ptr<VisionEncoder>(
      std::make_unique<Vit>(parts.shape, std::move(parts.weights)));
}

}  // namespace

const VisionFamily kVit = {.encoder = "vit", .load = LoadVit};

}  // namespace edgevlm
