// Token merging: rows of an image that are alike become one (Bolya et al. 2023, "Token Merging:
// Your ViT But Faster").
#pragma once

#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "model/workspace.h"
#include "tensor/view.h"

namespace edgevlm {

// One merge. REQUIRES: count at most half of the rows besides the class token's.
struct MergeStep {
  View<const float> keys;  // [N, heads * d]: rows whose keys point the same way are alike
  int heads = 1;
  int count = 0;        // rows that go
  View<const float> x;  // [N, E]
  View<float> y;        // [N - count, E], apart from x: the rows that stay, merged ones as the mean
                        // of all that they stand for
};

// Which rows of one image stand for which of those that there were at first.
//
// A step splits the rows alternately into two sets, lets each of the first choose the most similar
// of the second (the greatest cosine of the keys, summed over the heads; the first of several) and
// merges those `count` that are most similar; equal ones in the order of their rows. The class
// token takes no part. What is left of the first set goes before the second, so that the next step
// pairs others. The same for any number of threads.
class MergedRows {
 public:
  // rows: at first. class_row: the class token's, or -1.
  MergedRows(int rows, int class_row);

  // The most rows that each of so many steps can take away, of so many besides the class token's.
  static int MostPerStep(int rows, int steps) { return rows / (steps + 1); }

  // Values of workspace that a step takes at most.
  static long long WorkspaceValues(int rows, int head_width);

  int rows() const { return static_cast<int>(sizes_.size()); }  // N, now
  int class_row() const { return class_row_; }                  // now

  // Takes and gives back memory of `workspace`. Cost (N / 2)^2 * d multiply-adds.
  void Merge(const MergeStep& step, Workspace& workspace, ThreadPool& pool);

  // The row that now stands for row `first_row` of those that there were at first.
  int RowOf(int first_row) const { return row_of_[static_cast<std::size_t>(first_row)]; }
  // How many it stands for.
  float SizeOf(int row) const { return sizes_[static_cast<std::size_t>(row)]; }
  // The logarithms of all sizes, to base 2; null while all are 1.
  const float* log2_sizes() const { return log2_sizes_.empty() ? nullptr : log2_sizes_.data(); }

  // The rows of now besides the class token's, by the mean place of what they stand for.
  std::vector<int> InOrderOfPatch() const;

 private:
  // Row `from` becomes part of row `into`.
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
  std::vector<int> row_of_;  // of each that there was at first
  std::vector<float> sizes_;
  std::vector<float> log2_sizes_;

  // Of the step under way.
  std::vector<Pair> pairs_;    // of all the first set, then the chosen ones
  std::vector<int> next_row_;  // of each row of now
  std::vector<float> next_sizes_;
  std::vector<char> goes_;  // whether a row of now becomes part of another
};

}  // namespace edgevlm
