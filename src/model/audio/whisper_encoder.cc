#include "model/audio/whisper_encoder.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "kernels/attention/attention.h"
#include "kernels/row_chunks.h"
#include "model/zone_work.h"

namespace edgevlm {
namespace {

constexpr int kTaps = 3;  // of a convolution

// Rows of an MLP at once: an int8 product reads its weights again for every 294 rows anyway
// (kernels/matmul).
constexpr int kMlpRows = 294;

// The three rows of x around every stride-th one side by side, zeros beyond the ends.
//   x        [T, C]
//   windows  [at most T / stride rounded up, 3 C]
void Unfold(View<const float> x, int stride, View<float> windows, ThreadPool& pool) {
  ForRows(windows.rows, windows.cols, pool, [&](int t) {
    for (int tap = 0; tap < kTaps; ++tap) {
      const int row = t * stride + tap - 1;
      float* const to = windows.Row(t).data() + tap * x.cols;
      if (0 <= row && row < x.rows) {
        std::ranges::copy(x.Row(row), to);
      } else {
        std::fill_n(to, x.cols, 0.0f);
      }
    }
  });
}

}  // namespace

// Activations of one pass. R: rows of features.
struct WhisperEncoder::Buffers {
  View<float> normed;            // [R, E]
  View<float> q;                 // [R, E]
  View<float> k;                 // [R, E]
  View<float> v;                 // [R, E]
  View<float> attention_output;  // [R, E]
  View<float> hidden;            // [at most kMlpRows, F]
  View<float> quants;            // input of the next product, rounded
};

WhisperEncoder::WhisperEncoder(AudioWeights weights) : weights_(std::move(weights)) {}

void WhisperEncoder::Encode(View<const float> mel, View<float> features, Workspace& workspace,
                            const Run& run) const {
  EncodeUnnormed(mel, features, workspace, run);
  if (!run.IsOver()) post_norm().Apply(features, features, run);
}

void WhisperEncoder::EncodeUnnormed(View<const float> mel, View<float> x, Workspace& workspace,
                                    const Run& run) const {
  const WorkspaceScope scope(workspace);
  CHECK(mel.cols == sizes().bands && x.rows <= Rows(mel.rows));
  CHECK(1 <= x.rows && x.rows <= sizes().positions);
  Embed(mel, x, workspace, run);
  const Buffers buffers = AllocBuffers(x.rows, workspace);
  for (const AudioBlock& block : weights_.blocks) {
    if (run.IsOver()) return;
    run.Yield();
    RunAttention(block, x, buffers, run);
    RunMlp(block, x, buffers, run);
  }
}

WhisperEncoder::Buffers WhisperEncoder::AllocBuffers(int rows, Workspace& workspace) const {
  const auto alloc = [&](int width) { return workspace.Alloc(rows, width); };
  const int width = sizes().width, hidden = sizes().hidden;
  return {.normed = alloc(width),
          .q = alloc(width),
          .k = alloc(width),
          .v = alloc(width),
          .attention_output = alloc(width),
          .hidden = workspace.AllocSpread(std::min(rows, kMlpRows), hidden),
          .quants = alloc(QuantizedColumns(std::max(width, hidden)))};
}

// x = gelu(Conv(gelu(Conv(mel)))) + positions; the second convolution halves the rows.
void WhisperEncoder::Embed(View<const float> mel, View<float> x, Workspace& workspace,
                           const Run& run) const {
  const WorkspaceScope scope(workspace);
  const int width = sizes().width;
  const View<float> frames = workspace.Alloc(mel.rows, width);  // [T, E]
  const View<float> mel_windows = workspace.Alloc(mel.rows, kTaps * mel.cols);
  Unfold(mel, 1, mel_windows, run.pool);
  weights_.first_convolution.Apply(mel_windows, Activation::kGeluErf, frames, run);
  const View<float> windows = workspace.Alloc(x.rows, kTaps * width);
  Unfold(frames, 2, windows, run.pool);
  weights_.second_convolution.Apply(windows, Activation::kGeluErf, x, run);  // [R, E]
  const View<const float> positions(weights_.positions.data(), x.rows, width);
  for (int t = 0; t < x.rows; ++t) {
    std::ranges::transform(x.Row(t), positions.Row(t), x.Row(t).begin(), std::plus<>());
  }
}

// x += Attention(Norm(x)) Wo^T + bo
void WhisperEncoder::RunAttention(const AudioBlock& w, View<float> x, const Buffers& b,
                                  const Run& run) const {
  Inputs attn(x, &w.attn_norm, b.normed, b.quants);   // [R, E]
  w.attn_q.Apply(attn, Activation::kNone, b.q, run);  // [R, E]
  w.attn_k.Apply(attn, Activation::kNone, b.k, run);  // [R, E]
  w.attn_v.Apply(attn, Activation::kNone, b.v, run);  // [R, E]
  const auto precision = run.fast ? AttentionPrecision::kBfloat16 : AttentionPrecision::kFloat32;
  const int heads = sizes().heads;
  {
    PROFILE_ZONE(run.profiler, w.attend_zone,
                 AttentionWork(x.rows, x.rows, x.cols, x.cols, ArithmeticOf(precision)));
    Attend({.q = b.q,
            .keys = SideBySide<const float>(b.k, heads),
            .values = SideBySide<const float>(b.v, heads),
            .heads = {heads, heads},
            .mask = MaskRange::kAll,
            .precision = precision,
            .out = b.attention_output},
           run.pool);  // [R, E]
  }
  Inputs attention_output(b.attention_output, b.quants);
  w.attn_output.AddTo(attention_output, x, run);
}

// x += gelu(Norm(x) Wu^T + bu) Wd^T + bd, in chunks: the hidden activations are the widest array.
void WhisperEncoder::RunMlp(const AudioBlock& w, View<float> x, const Buffers& b,
                            const Run& run) const {
  const int parts = (x.rows + kMlpRows - 1) / kMlpRows;
  for (int part = 0; part < parts; ++part) {
    const int first = x.rows * part / parts;
    const int rows = x.rows * (part + 1) / parts - first;
    const View<float> quants = b.quants.Rows(0, rows), hidden = b.hidden.Rows(0, rows);
    Inputs mlp(x.Rows(first, rows), &w.mlp_norm, b.normed.Rows(first, rows), quants);
    w.mlp_up.Apply(mlp, Activation::kGeluErf, hidden, run);  // [rows, F]
    Inputs inner(hidden, quants);
    w.mlp_down.AddTo(inner, x.Rows(first, rows), run);
  }
}

}  // namespace edgevlm
