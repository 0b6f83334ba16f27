// ReferenceMergedVit: the vision transformer whose blocks merge tokens, as in the paper (Bolya et
// al. 2023), in double precision. For tests.
#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "model/testing/reference_vit.h"

namespace edgevlm {

// Rows, and for each original row the one that represents it.
struct ReferenceRows {
  Matrix x;
  std::vector<std::vector<int>> members;
  int class_row = -1;

  std::vector<double> Sizes() const {
    std::vector<double> sizes;
    for (const auto& own : members) sizes.push_back(static_cast<double>(own.size()));
    return sizes;
  }
};

// The cosine of two rows of keys, each summed over the heads.
inline double ReferenceSimilarity(const std::vector<double>& a, const std::vector<double>& b) {
  constexpr std::size_t kHead = TinyVit::kWidth / TinyVit::kHeads;
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < kHead; ++i) {
    double sum_a = 0, sum_b = 0;
    for (std::size_t head = 0; head < a.size(); head += kHead) {
      sum_a += a[head + i];
      sum_b += b[head + i];
    }
    ab += sum_a * sum_b;
    aa += sum_a * sum_a;
    bb += sum_b * sum_b;
  }
  return ab / std::sqrt(aa * bb);
}

// NOLINTNEXTLINE(readability-function-cognitive-complexity): the loops of the definition
inline void ReferenceMerge(const Matrix& keys, int count, ReferenceRows& rows) {
  std::vector<std::size_t> sets[2];
  int others = 0;
  for (std::size_t row = 0; row < rows.x.size(); ++row) {
    if (static_cast<int>(row) != rows.class_row) sets[others++ % 2].push_back(row);
  }
  struct Edge {
    double similarity;
    std::size_t from, into;
  };
  std::vector<Edge> edges;
  for (const std::size_t a : sets[0]) {
    Edge best = {-2, a, 0};
    for (const std::size_t b : sets[1]) {
      const double similarity = ReferenceSimilarity(keys[a], keys[b]);
      if (similarity > best.similarity) best = {similarity, a, b};
    }
    edges.push_back(best);
  }
  std::ranges::stable_sort(
      edges, [](const Edge& a, const Edge& b) { return a.similarity > b.similarity; });
  const std::vector<double> sizes = rows.Sizes();
  std::vector<bool> is_gone(rows.x.size());
  Matrix sums = rows.x;
  for (std::size_t row = 0; row < sums.size(); ++row) {
    for (double& value : sums[row]) value *= sizes[row];
  }
  for (const Edge& edge : std::span(edges).first(static_cast<std::size_t>(count))) {
    is_gone[edge.from] = true;
    for (std::size_t i = 0; i < sums[edge.into].size(); ++i) {
      sums[edge.into][i] += sums[edge.from][i];
    }
    auto& into = rows.members[edge.into];
    into.insert(into.end(), rows.members[edge.from].begin(), rows.members[edge.from].end());
  }
  ReferenceRows next;
  const auto take = [&](std::size_t row) {
    next.members.push_back(rows.members[row]);
    next.x.push_back(sums[row]);
    for (double& value : next.x.back()) value /= static_cast<double>(rows.members[row].size());
  };
  if (rows.class_row >= 0) take(static_cast<std::size_t>(rows.class_row));
  next.class_row = rows.class_row >= 0 ? 0 : -1;
  for (const auto& set : sets) {
    for (const std::size_t row : set) {
      if (!is_gone[row]) take(row);
    }
  }
  rows = next;
}

// pixels [S * S, 3] -> the rows left after `blocks` blocks that merge `count` rows each.
inline ReferenceRows ReferenceMergedRows(const TinyVit& model, const Matrix& pixels, int blocks,
                                         int count) {
  ReferenceRows rows;
  rows.x = ReferenceVitRows(model, pixels);
  for (int row = 0; row < static_cast<int>(rows.x.size()); ++row) rows.members.push_back({row});
  if (model.options.is_clip) rows.class_row = model.options.is_class_first ? 0 : TinyVit::kPatches;
  for (int block = 0; block < blocks; ++block) {
    const Matrix keys = ReferenceVitAttention(model, block, rows.Sizes(), rows.x);
    ReferenceMerge(keys, count, rows);
    ReferenceVitMlp(model, block, rows.x);
  }
  if (!model.options.is_clip) {
    rows.x = ReferenceNorm(model, "v.post_ln", rows.x, TinyVit::kEpsilon);
  }
  return rows;
}

// Every patch gets the row that it was merged into; the first row is no feature of CLIP.
inline Matrix ReferenceMergedVit(const TinyVit& model, const Matrix& pixels, int blocks,
                                 int count) {
  const ReferenceRows rows = ReferenceMergedRows(model, pixels, blocks, count);
  const std::size_t first = model.options.is_clip ? 1 : 0;
  Matrix features(TinyVit::kPatches);
  for (std::size_t row = 0; row < rows.x.size(); ++row) {
    for (const int member : rows.members[row]) {
      const auto patch = static_cast<std::size_t>(member);
      if (patch >= first) features[patch - first] = rows.x[row];
    }
  }
  return features;
}

}  // namespace edgevlm
