// What attention has summed up for some rows of one head: the part of the positions seen so far.
#pragma once

namespace edgevlm {

// A row's weights are powers of two: exponentials of scores times log2(e). Its result is
// sums / total. Borrows its memory; row i of sums begins at sums + i * stride.
struct Partials {
  float* sums = nullptr;     // [rows, stride]: shares of the highest score times values, summed
  float* total = nullptr;    // [rows]: those shares, summed
  float* highest = nullptr;  // [rows]: the highest score, in powers of two
  int stride = 0;            // a multiple of kSumsPadding

  Partials From(int row) const { return {sums + row * stride, total + row, highest + row, stride}; }
};

// Rows of sums are padded to whole vectors of any instruction set.
constexpr int kSumsPadding = 16;
constexpr int PaddedWidth(int width) {
  return (width + kSumsPadding - 1) / kSumsPadding * kSumsPadding;
}

// The first row of `into` becomes what it would be after the positions of `next` too. The same bits
// wherever it is called from. Cost O(width), an exponential besides.
void JoinRow(const Partials& next, const Partials& into, int width);

// out [width] = sums / total of the first row.
void FinishRow(const Partials& row, int width, float* out);

}  // namespace edgevlm
