// Token merging: similar rows of an image are merged (Bolya et al. 2023, "Token Merging: Your ViT
// But Faster").
#pragma once

#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "model/workspace.h"
#include "tensor/view.h"

namespace edgevlm {

// One merge step. REQUIRES: count at most half of the rows, not counting the class token's.
struct MergeStep {
  View<const float> keys;  // [N, heads * d]: similarity is the cosine of keys
  int heads = 1;
  int count = 0;        // rows to remove
  View<const float> x;  // [N, E]
  View<float> y;        // [N - count, E], apart from x: the remaining rows, merged ones as the mean
                        // of all rows that they represent
};

// Tracks which rows of one image represent which of its original rows.
//
// A step splits the rows alternately into two sets, matches each of the first with the most similar
// of the second (the greatest cosine of the keys, summed over the heads; the first of several) and
// merges the `count` most similar pairs; ties in the order of their rows. The class token is never
// merged. The rest of the first set goes before the second, so that the next step forms other
// pairs. The result does not depend on the number of threads.
class MergedRows {
 public:
  // rows: originally. class_row: the class token's, or -1.
  MergedRows(int rows, int class_row);

  // The most rows that each of `steps` steps can remove, of `rows` without the class token's.
  static int MaxPerStep(int rows, int steps) { return rows / (steps + 1); }

  // Maximum workspace values of a step.
  static long long WorkspaceValues(int rows, int head_width);

  int rows() const { return static_cast<int>(sizes_.size()); }  // N, currently
  int class_row() const { return class_row_; }                  // currently

  // Uses and releases memory of `workspace`. Cost (N / 2)^2 * d multiply-adds.
  void Merge(const MergeStep& step, Workspace& workspace, ThreadPool& pool);

  // The row that now represents the original row `first_row`.
  int RowOf(int first_row) const { return row_of_[static_cast<std::size_t>(first_row)]; }
  // How many rows it represents.
  float SizeOf(int row) const { return sizes_[static_cast<std::size_t>(row)]; }
  // The base-2 logarithms of all sizes; null while all are 1.
  const float* log2_sizes() const { return log2_sizes_.empty() ? nullptr : log2_sizes_.data(); }

  // The current rows without the class token's, by the mean position of the rows that they
  // represent.
  std::vector<int> InOrderOfPatch() const;

 private:
  // Row `from` is merged into row `into`.
  struct Pair {
    int from = 0;
    int into = 0;
    float similarity = 0;
  };

  void FindPairs(const MergeStep& step, Workspace& workspace, ThreadPool& pool);
  void ChoosePairs(int count);
  void PatchRows();
  void MoveRows(const MergeStep& step, ThreadPool& pool) const;
  void CopyMerged();

  int class_row_;
  std::vector<int> row_of_;  // of each original row
  std::vector<float> sizes_;
  std::vector<float> log2_sizes_;

  // Of the current step.
  std::vector<Pair> pairs_;    // of the whole first set, then the chosen ones
  std::vector<int> next_row_;  // of each current row
  std::vector<float> next_sizes_;
  std::vector<char> goes_;  // whether a current row is merged into another
};

}  // namespace edgevlm
