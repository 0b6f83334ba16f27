// Partials: the running sums of online softmax for some query rows of one head.
#pragma once

namespace edgevlm {

// Attention weights are relative to the highest score so far: 2^(score - highest), with scores
// multiplied by log2(e). A row's output is sums / total. A view; row i of sums starts at
// sums + i * stride.
struct Partials {
  float* sums = nullptr;     // [rows, stride]: weighted sum of the values
  float* total = nullptr;    // [rows]: sum of the weights
  float* highest = nullptr;  // [rows]: the highest score, base 2
  int stride = 0;            // a multiple of kSumsPadding

  Partials From(int row) const { return {sums + row * stride, total + row, highest + row, stride}; }
};

// Rows of sums are padded to whole vectors of any instruction set.
constexpr int kSumsPadding = 16;
constexpr int PaddedWidth(int width) {
  return (width + kSumsPadding - 1) / kSumsPadding * kSumsPadding;
}

// Adds the positions of the first row of `next` to the first row of `into`. Gives the same bits
// wherever it is called from. Cost O(width) and two exponentials.
void JoinRow(const Partials& next, const Partials& into, int width);

// out [width] = sums / total of the first row.
void NormalizeRow(const Partials& row, int width, float* out);

}  // namespace edgevlm
