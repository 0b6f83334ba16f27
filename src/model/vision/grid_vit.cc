#include "model/vision/grid_vit.h"

#include <algorithm>
#include <utility>

#include "kernels/attention/attention.h"
#include "kernels/rope/rope.h"
#include "model/vision/grid_vit_weights.h"
#include "model/vision/interpolate_positions.h"
#include "model/vision/patch_order.h"
#include "model/zone_work.h"

namespace edgevlm {
namespace {

constexpr int kPixelValues = 3;

// Rows of an MLP at once, as in vit.cc.
constexpr int kGridMlpRows = 294;

// Activations of one pass. R: rows of all n images, P of each.
struct GridBuffers {
  View<float> x;                 // [R, E] the residual stream
  View<float> normed;            // [R, E]
  View<float> qkv;               // [R, 3 E]
  View<float> angles;            // [P, 2 d] of the rows' places
  View<float> attention_output;  // [R, E]
  View<float> rounded;           // input of the next product
  View<float> hidden;            // [at most kGridMlpRows, F]
  View<float> rounded_hidden;
};

RowNorm PointerTo(const AnyNorm& norm) {
  return std::visit([](const auto& layer) { return RowNorm(&layer); }, norm);
}

class GridVit final : public VisionEncoder {
 public:
  GridVit(const VisionShape& shape, GridVitWeights weights)
      : VisionEncoder(shape), weights_(std::move(weights)) {}

  int Features(ImageSize size) const override {
    return size.width / weights_.merged.patch_size * (size.height / weights_.merged.patch_size);
  }

  long long WorkspaceValues(ImageSize size) const override {
    const long long rows = Features(size);
    const long long chunk = std::min<long long>(rows, kGridMlpRows);
    return rows * (6LL * weights_.width + QuantizedColumns(weights_.width) +
                   2LL * weights_.head_width() + weights_.patches.inputs()) +
           chunk * (weights_.hidden() + QuantizedColumns(weights_.hidden()));
  }

  void Encode(const InputImages& images, const EncodedImages& encoded, Workspace& workspace,
              const Run& run) const override {
    const WorkspaceScope scope(workspace);
    const PatchOrder order = OrderOf(images.size);
    const int rows = Features(images.size);
    CHECK(rows >= 1 && encoded.features.rows % rows == 0 && encoded.scores.rows == 0);
    const GridBuffers buffers = AllocBuffers(encoded.features.rows, order, workspace);
    Embed(images, order, buffers.x, workspace, run);
    int level = 0;
    for (const GridVitBlock& block : weights_.blocks) {
      if (run.IsOver()) return;
      run.Yield();
      RunAttention(block, order, buffers, run);
      RunMlp(block, buffers, run);
      if (block.gives_features) CopyFeatures(order, buffers.x, ++level, encoded.features);
    }
    std::visit([&](const auto& norm) { norm.Apply(buffers.x, buffers.x, run); },
               weights_.post_norm);
    CopyFeatures(order, buffers.x, 0, encoded.features);
  }

 private:
  PatchOrder OrderOf(ImageSize size) const {
    const MergedPatches& merged = weights_.merged;
    return OrderPatches(size.height / merged.patch_size, size.width / merged.patch_size,
                        merged.side, weights_.window);
  }

  GridBuffers AllocBuffers(int rows, const PatchOrder& order, Workspace& workspace) const {
    const int width = weights_.width, hidden = weights_.hidden();
    const int chunk = std::min(rows, kGridMlpRows);
    return {.x = workspace.Alloc(rows, width),
            .normed = workspace.Alloc(rows, width),
            .qkv = workspace.Alloc(rows, 3 * width),
            .angles = Angles(order, workspace),
            .attention_output = workspace.AllocSpread(rows, width),
            .rounded = workspace.Alloc(rows, QuantizedColumns(width)),
            .hidden = workspace.AllocSpread(chunk, hidden),
            .rounded_hidden = workspace.Alloc(chunk, QuantizedColumns(hidden))};
  }

  View<float> Angles(const PatchOrder& order, Workspace& workspace) const {
    const int rows = static_cast<int>(order.patches.size());
    const View<float> angles = workspace.Alloc(rows, 2 * weights_.head_width());
    std::vector<int> places;
    for (const PatchOrder::Place& place : order.patches) {
      places.insert(places.end(), {place.row, place.col});
    }
    FillRopeTable(weights_.frequencies, RopePairs::kHalves, weights_.axes, {places.data(), rows, 2},
                  angles);
    return angles;
  }

  // x = embeddings of the patches (+ learned positions), image by image. Of a pair of frames, each
  // has its own matrix; of a still image, which stands for two equal frames, their sum.
  void Embed(const InputImages& images, const PatchOrder& order, View<float> x,
             Workspace& workspace, const Run& run) const {
    const WorkspaceScope scope(workspace);
    const int pixels = images.size.width * images.size.height;
    const int rows = static_cast<int>(order.patches.size());
    const bool is_pair = images.second_frames.rows > 0;
    PROFILE_ZONE(run.profiler, "vision_tower.embeddings.patch_embedding",
                 ProductWork((is_pair ? 2 : 1) * x.rows, weights_.patches, Arithmetic::kFloat32));
    const View<float> patches = workspace.Alloc(rows, weights_.patches.inputs());
    for (int n = 0; n < x.rows / rows; ++n) {
      const View<float> y = x.Rows(n * rows, rows);
      StartWithPositions(images.size, order, y);
      Unfold(images.pixels.Rows(n * pixels, pixels), images.size, order, patches, run.pool);
      const Weight& first = is_pair ? weights_.frame_patches[0] : weights_.patches;
      MatMul(patches, first, {.bias = weights_.patch_bias, .residual = y}, y, run.pool);
      if (!is_pair) continue;
      Unfold(images.second_frames.Rows(n * pixels, pixels), images.size, order, patches, run.pool);
      MatMul(patches, weights_.frame_patches[1], {.residual = y}, y, run.pool);
    }
  }

  void StartWithPositions(ImageSize size, const PatchOrder& order, View<float> y) const {
    if (!weights_.positions) {
      std::fill_n(y.data, std::ptrdiff_t{y.rows} * y.cols, 0.0f);
      return;
    }
    const int patch = weights_.merged.patch_size;
    InterpolatePositions({weights_.positions->values.data(),
                          weights_.positions->side * weights_.positions->side, y.cols},
                         weights_.positions->side, {size.width / patch, size.height / patch}, order,
                         y);
  }

  // Every patch becomes a row of its pixels, row by row.
  void Unfold(View<const float> pixels, ImageSize size, const PatchOrder& order,
              View<float> patches, ThreadPool& pool) const {
    const int patch = weights_.merged.patch_size, line = patch * kPixelValues;
    pool.ParallelFor(patches.rows, 1 + 64 * 1024 / patches.cols, [&](int begin, int end, int) {
      for (int i = begin; i < end; ++i) {
        const PatchOrder::Place place = order.patches[static_cast<std::size_t>(i)];
        for (int dy = 0; dy < patch; ++dy) {
          const int from = (place.row * patch + dy) * size.width + place.col * patch;
          std::copy_n(pixels.Row(from).data(), line, patches.Row(i).data() + dy * line);
        }
      }
    });
  }

  // x += Attention(norm(x)) Wo^T + bo.
  void RunAttention(const GridVitBlock& w, const PatchOrder& order, const GridBuffers& b,
                    const Run& run) const {
    Inputs attn(b.x, PointerTo(w.attn_norm), b.normed, b.rounded);  // [R, E]
    int column = 0;
    for (const Linear& part : w.attn_qkv) {
      const int outputs = part.weight.outputs();
      part.Apply(attn, Activation::kNone, b.qkv.Cols(column, outputs), run);  // [R, 3 E] in all
      column += outputs;
    }
    const int rows = static_cast<int>(order.patches.size());
    for (int first = 0; first < b.x.rows; first += rows) {
      Rotate(w, b.qkv.Rows(first, rows).Cols(0, 2 * weights_.width), b, run);
      Attend(w, order, b.qkv.Rows(first, rows), b.attention_output.Rows(first, rows), run);
    }
    Inputs attention_output(b.attention_output, b.rounded);
    w.attn_output.AddTo(attention_output, b.x, run);
  }

  // Queries and keys by each row's place in the image.
  void Rotate(const GridVitBlock& w, View<float> heads, const GridBuffers& b,
              const Run& run) const {
    PROFILE_ZONE(run.profiler, w.rope_zone, ElementwiseWork(heads, kRopeFlop));
    Rope(heads, weights_.head_width(), RopePairs::kHalves, b.angles, run.pool);
  }

  // Of one image, in its windows or as a whole.
  void Attend(const GridVitBlock& w, const PatchOrder& order, View<const float> qkv,
              View<float> out, const Run& run) const {
    if (!w.attends_in_windows) return AttendRows(w, qkv, out, run);
    int begin = 0;
    for (const int end : order.window_ends) {
      AttendRows(w, qkv.Rows(begin, end - begin), out.Rows(begin, end - begin), run);
      begin = end;
    }
  }

  void AttendRows(const GridVitBlock& w, View<const float> qkv, View<float> out,
                  const Run& run) const {
    const int width = weights_.width, heads = weights_.heads;
    const auto precision = run.fast ? AttentionPrecision::kBfloat16 : AttentionPrecision::kFloat32;
    PROFILE_ZONE(run.profiler, w.attend_zone,
                 AttentionWork(qkv.rows, qkv.rows, width, width, ArithmeticOf(precision)));
    edgevlm::Attend({.q = qkv.Cols(0, width),
                     .keys = SideBySide(qkv.Cols(width, width), heads),
                     .values = SideBySide(qkv.Cols(2 * width, width), heads),
                     .heads = {heads, heads},
                     .mask = MaskRange::kAll,
                     .precision = precision,
                     .out = out},
                    run.pool);
  }

  // x += Mlp(norm(x)), in chunks of rows: the hidden activations are the widest array.
  void RunMlp(const GridVitBlock& w, const GridBuffers& b, const Run& run) const {
    const int parts = (b.x.rows + kGridMlpRows - 1) / kGridMlpRows;
    for (int part = 0; part < parts; ++part) {
      const int first = b.x.rows * part / parts;
      const int rows = b.x.rows * (part + 1) / parts - first;
      const View<float> hidden = b.hidden.Rows(0, rows);
      Inputs mlp(b.x.Rows(first, rows), PointerTo(w.mlp_norm), b.normed.Rows(first, rows),
                 b.rounded.Rows(first, rows));
      if (w.mlp_gate) {
        w.mlp_gate->Apply(mlp, weights_.activation, hidden, run);  // [rows, F]
        w.mlp_up.MultiplyInto(mlp, hidden, run);                   // hidden *= n Wu^T + bu
      } else {
        w.mlp_up.Apply(mlp, weights_.activation, hidden, run);  // [rows, F]
      }
      Inputs inner(hidden, b.rounded_hidden);
      w.mlp_down.AddTo(inner, b.x.Rows(first, rows), run);
    }
  }

  // features[.., level] = x, its tokens in the order of the image.
  void CopyFeatures(const PatchOrder& order, View<const float> x, int level,
                    View<float> features) const {
    const int patches = weights_.merged.side * weights_.merged.side;  // of a token
    const int rows = static_cast<int>(order.patches.size());
    const View<float> to = features.Cols(level * weights_.width, weights_.width);
    for (int first = 0; first < x.rows; first += rows) {
      for (int i = 0; i < rows; ++i) {
        const int token = order.tokens[static_cast<std::size_t>(i / patches)];
        std::ranges::copy(x.Row(first + i), to.Row(first + token * patches + i % patches).data());
      }
    }
  }

  GridVitWeights weights_;
};

}  // namespace

Result<std::unique_ptr<VisionEncoder>> LoadGridVit(const GgufFile& file,
                                                   const GridVitTraits& traits,
                                                   const VisionEncoderUse& use,
                                                   const VisionEncoderOptions& options) {
  if (options.merged_tokens > 0) {
    return Error{ErrorCode::kUnsupported,
                 "tome: expected 0 tokens, as this vision encoder needs the place of every patch, "
                 "found " +
                     std::to_string(options.merged_tokens) +
                     " (--image-max-tokens makes it cheaper)"};
  }
  WeightReader reader(file, options.packing);
  GridVitParts parts = ReadGridVit(reader, traits, use);
  if (!reader.ok()) return reader.error();
  return std::unique_ptr<VisionEncoder>(
      std::make_unique<GridVit>(parts.shape, std::move(parts.weights)));
}

}  // namespace edgevlm
