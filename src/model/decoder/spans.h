// Steps of a forward pass that all decoders share, over the spans of a ragged batch.
#pragma once

#include <span>

#include "kernels/attention/attention.h"
#include "model/decoder.h"
#include "model/layers.h"
#include "model/run.h"
#include "model/workspace.h"
#include "tensor/view.h"
#include "tensor/weight.h"

namespace edgevlm {

// T, the total number of rows.
int RowsOf(std::span<const TokenSpan> batch);

// x = the embeddings of the span's tokens, or of its image.
//   table  [V, D]
//   x      [T, D]
// REQUIRES: ids and positions as for Decoder::Forward.
void EmbedSpans(std::span<const TokenSpan> batch, const Weight& table, int context, View<float> x);

// x += the learned embedding of each row's position.
//   positions  [context, D]
//   x          [T, D]
void AddPositions(std::span<const TokenSpan> batch, View<const float> positions, View<float> x);

// x += row `level` of the span's image tokens; level 0 is their embedding, which EmbedSpans copies.
//   x  [T, D]
void AddImageLevel(std::span<const TokenSpan> batch, int level, View<float> x);

// attention_output = softmax(q k^T / sqrt(d)) v, each span over its own cache, which grows by its
// rows first. The cache knows the layer's window.
//   rows              of one layer, for all rows of a batch
//   attention_output  [T, Hq * d], must not overlap the rows
void AttendSpans(std::span<const TokenSpan> batch, int layer, const LayerRows& rows,
                 const HeadCounts& heads, View<float> attention_output, ThreadPool& pool);

// Each span's cache grows by its rows, without attention.
//   k, v  [T, Hkv * d]
void AppendSpans(std::span<const TokenSpan> batch, int layer, View<const float> k,
                 View<const float> v);

// Gathers the last logits_rows rows of each span.
//   x       [T, D]
//   chosen  [R, D]
void GatherLogitsRows(std::span<const TokenSpan> batch, View<const float> x, View<float> chosen);

// The last step of every decoder: logits = norm(x) W^T.
//   x       [R, D]
//   logits  [R, V]
// NormLayer: Norm or RmsNormLayer.
template <class NormLayer>
void NormedLogits(View<const float> x, const NormLayer& norm, const Linear& output,
                  View<float> logits, Workspace& workspace, const Run& run) {
  const WorkspaceScope scope(workspace);
  const View<float> normed = workspace.Alloc(x.rows, x.cols);
  norm.Apply(x, normed, run);                              // [R, D]
  output.ApplyInTwoTerms(normed, logits, workspace, run);  // [R, V]
}

}  // namespace edgevlm
