#include "model/decoder/spans.h"

#include <algorithm>
#include <functional>

namespace edgevlm {

int RowsOf(std::span<const TokenSpan> batch) {
  int rows = 0;
  for (const TokenSpan& span : batch) rows += span.rows();
  return rows;
}

void EmbedSpans(std::span<const TokenSpan> batch, const Weight& table, int context, View<float> x) {
  int row = 0;
  for (const TokenSpan& span : batch) {
    CHECK(span.tokens.empty() != (span.embeddings.rows == 0));
    CHECK(span.first_position >= 0 && span.first_position + span.rows() <= context);
    for (int i = 0; i < span.rows(); ++i, ++row) {
      if (span.tokens.empty()) {
        CHECK(span.embeddings.cols >= x.cols);
        std::ranges::copy(span.embeddings.Cols(0, x.cols).Row(i), x.Row(row).begin());
      } else {
        table.CopyRow(span.tokens[static_cast<std::size_t>(i)], x.Row(row));
      }
    }
  }
}

void AddPositions(std::span<const TokenSpan> batch, View<const float> positions, View<float> x) {
  int row = 0;
  for (const TokenSpan& span : batch) {
    for (int i = 0; i < span.rows(); ++i, ++row) {
      const std::span<float> out = x.Row(row);
      std::ranges::transform(out, positions.Row(span.first_position + i), out.begin(),
                             std::plus<>());
    }
  }
}

void AddImageLevel(std::span<const TokenSpan> batch, int level, View<float> x) {
  int row = 0;
  for (const TokenSpan& span : batch) {
    const bool has_levels = span.tokens.empty() && span.embeddings.cols > x.cols;
    for (int i = 0; i < span.rows(); ++i, ++row) {
      if (!has_levels) continue;
      const std::span<const float> added = span.embeddings.Cols(level * x.cols, x.cols).Row(i);
      std::ranges::transform(x.Row(row), added, x.Row(row).begin(), std::plus<>());
    }
  }
}

void AttendSpans(std::span<const TokenSpan> batch, int layer, const LayerRows& rows,
                 const HeadCounts& heads, View<float> attention_output, ThreadPool& pool) {
  int row = 0;
  for (const TokenSpan& span : batch) {
    LayerCache& cache = span.cache->layer(layer);
    CHECK(cache.positions() == span.first_position);
    const LayerRows of_span = {.q = rows.q.Rows(row, span.rows()),
                               .k = rows.k.Rows(row, span.rows()),
                               .v = rows.v.Rows(row, span.rows())};
    const View<float> out = attention_output.Rows(row, span.rows());
    if (span.is_bidirectional) {
      cache.AttendBothWays(of_span, heads.query, out, pool);
    } else {
      cache.Attend(of_span, heads.query, out, pool);
    }
    row += span.rows();
  }
}

void AppendSpans(std::span<const TokenSpan> batch, int layer, View<const float> k,
                 View<const float> v) {
  int row = 0;
  for (const TokenSpan& span : batch) {
    LayerCache& cache = span.cache->layer(layer);
    CHECK(cache.positions() == span.first_position);
    cache.Append(k.Rows(row, span.rows()), v.Rows(row, span.rows()));
    row += span.rows();
  }
}

void GatherLogitsRows(std::span<const TokenSpan> batch, View<const float> x, View<float> chosen) {
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

}  // namespace edgevlm
