#include "train/ops/attention_loops.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "train/ops/lanes.h"
#include "train/ops/product.h"

namespace edgevlm::train {
namespace {

constexpr int RoundUp(int n, int multiple) { return (n + multiple - 1) / multiple * multiple; }

// Rows of tokens that ask together: the cells of an image, or one row of texts. Its keys are the
// cells, then (for texts) its own tokens.
struct Part {
  std::ptrdiff_t first_row = 0;          // of the packed rows
  int count = 0;                         // tokens
  int own_key = 0;                       // key of its first token: 0, or P
  const std::int32_t* starts = nullptr;  // [L], none for cells

  // Keys [0, end) hold all that token i sees. Tokens past the last are there for whole tiles only.
  int KeyEnd(int i) const { return own_key + std::min(i, count - 1) + 1; }
};

// Part m of an image: texts first, the cells last.
Part PartOf(const AttentionData& data, int image, int m) {
  const PackedSizes& sizes = data.sizes;
  if (m == sizes.rows) {
    return {static_cast<std::ptrdiff_t>(image) * sizes.cells, sizes.cells, 0, nullptr};
  }
  const std::ptrdiff_t text = (static_cast<std::ptrdiff_t>(image) * sizes.rows + m) * sizes.length;
  return {sizes.CellRows() + text, sizes.length, sizes.cells, data.starts + text};
}

// Matrices of one head, rows padded with zeros to whole vectors.
template <int kLanes>
class Scratch {
 public:
  Scratch(const AttentionData& data, bool backward)
      : width(RoundUp(data.width, kLanes)),
        keys(RoundUp(data.sizes.cells + data.sizes.length, kLanes)),
        queries(RoundUp(std::max(data.sizes.cells, data.sizes.length), kTileRows<kLanes>)) {
    const int score_rows = backward ? queries : kTileRows<kLanes>;
    Matrix<float>* const by_width[] = {&q, &out, &q_gradient};
    Matrix<float>* const of_keys[] = {&k, &v, &k_gradient, &v_gradient};
    Matrix<float>* const transposed[] = {&k_transposed, &v_transposed};
    Matrix<float>* const scores[] = {&shares, &share_gradient};
    const std::size_t size = static_cast<std::size_t>(3 * queries * width + 4 * keys * width +
                                                      2 * width * keys + 2 * score_rows * keys);
    memory_.assign(size + kAlignment, 0.0f);
    const auto misplaced =
        reinterpret_cast<std::uintptr_t>(memory_.data()) / sizeof(float) % kAlignment;
    float* next = memory_.data() + (kAlignment - misplaced);
    const auto place = [&next](Matrix<float>& matrix, int rows, int columns) {
      matrix = {next, columns};
      next += rows * columns;
    };
    for (Matrix<float>* matrix : by_width) place(*matrix, queries, width);
    for (Matrix<float>* matrix : of_keys) place(*matrix, keys, width);
    for (Matrix<float>* matrix : transposed) place(*matrix, width, keys);
    for (Matrix<float>* matrix : scores) place(*matrix, score_rows, keys);
  }

  int width;                         // d, padded
  int keys;                          // P + L, padded
  int queries;                       // of the largest part, padded
  Matrix<float> q, out, q_gradient;  // [queries, width]; q times 1 / sqrt(d); out or its gradient
  Matrix<float> k, v, k_gradient, v_gradient;  // [keys, width]
  Matrix<float> k_transposed, v_transposed;    // [width, keys]
  Matrix<float> shares, share_gradient;        // [queries, keys], forward: one tile of rows

 private:
  static constexpr std::size_t kAlignment = 16;  // floats; a cache line
  std::vector<float> memory_;
};

template <int kLanes>
[[gnu::always_inline]] inline void CopyScaled(const float* from, int n, float scale, float* to) {
  ForLanes<kLanes>(
      n, [=]<int kPart>(Width<kPart>, int i) __attribute__((always_inline)) {
        Store<kPart>(Load<kPart>(from + i) * scale, to + i);
      });
}

[[gnu::always_inline]] inline void Transpose(const Matrix<float>& from, int first, int count,
                                             int columns, const Matrix<float>& to) {
  for (int c = 0; c < columns; ++c) {
    for (int r = first; r < first + count; ++r) to.Row(c)[r] = from.Row(r)[c];
  }
}

// One head of one image.
template <int kLanes>
struct Head {
  const AttentionData& data;
  Scratch<kLanes>& scratch;
  int image;
  int head;

  static constexpr int kRows = kTileRows<kLanes>;

  std::ptrdiff_t D() const { return static_cast<std::ptrdiff_t>(data.sizes.heads) * data.width; }
  // Offset of q of this head in a row of qkv; k and v follow at D and 2D.
  std::ptrdiff_t Offset(std::ptrdiff_t row) const { return row * 3 * D() + head * data.width; }
  std::ptrdiff_t OutOffset(std::ptrdiff_t row) const { return row * D() + head * data.width; }
  float Scale() const { return 1.0f / std::sqrt(static_cast<float>(data.width)); }

  [[gnu::always_inline]] void LoadKeys(const Part& part, bool transpose_values) const {
    for (int i = 0; i < part.count; ++i) {
      const float* row = data.qkv + Offset(part.first_row + i);
      CopyScaled<kLanes>(row + D(), data.width, 1.0f, scratch.k.Row(part.own_key + i));
      CopyScaled<kLanes>(row + 2 * D(), data.width, 1.0f, scratch.v.Row(part.own_key + i));
    }
    Transpose(scratch.k, part.own_key, part.count, data.width, scratch.k_transposed);
    if (transpose_values) {
      Transpose(scratch.v, part.own_key, part.count, data.width, scratch.v_transposed);
    }
  }

  [[gnu::always_inline]] void LoadQueries(const Part& part) const {
    for (int i = 0; i < part.count; ++i) {
      const float* row = data.qkv + Offset(part.first_row + i);
      CopyScaled<kLanes>(row, data.width, Scale(), scratch.q.Row(i));
    }
    ClearRows(scratch.q, part.count);
  }

  // Zero from a row to the last of its tile.
  [[gnu::always_inline]] void ClearRows(const Matrix<float>& matrix, int from) const {
    std::fill(matrix.Row(from), matrix.Row(RoundUp(from, kRows)), 0.0f);
  }

  // Scores of tokens [i, i + kRows) for keys [0, columns); -infinity where a token must not look.
  [[gnu::always_inline]] void Score(const Part& part, int i, int columns,
                                    const Matrix<float>& scores) const {
    const Matrix<const float> keys{scratch.k_transposed.data, scratch.k_transposed.stride};
    Strip<kLanes, false>({scratch.q.Row(i), scratch.q.stride, 1}, keys, data.width, columns,
                         scores);
    constexpr float kNever = -std::numeric_limits<float>::infinity();
    for (int r = 0; r < kRows; ++r) {
      float* row = scores.Row(r);
      std::fill(row + part.KeyEnd(i + r), row + columns, kNever);
      if (part.starts != nullptr && i + r < part.count) {
        std::fill(row + part.own_key, row + part.own_key + part.starts[i + r], kNever);
      }
    }
  }

  [[gnu::always_inline]] void Forward(const Part& part) const {
    LoadQueries(part);
    for (int i = 0; i < part.count; i += kRows) {
      const int key_end = part.KeyEnd(i + kRows - 1);
      const int columns = RoundUp(key_end, kLanes);
      Score(part, i, columns, scratch.shares);
      const int rows = std::min(kRows, part.count - i);
      float inverse[kRows];
      for (int r = 0; r < rows; ++r) {
        inverse[r] = ExpRow(scratch.shares.Row(r), columns, part.first_row + i + r);
      }
      Strip<kLanes, false>({scratch.shares.data, scratch.shares.stride, 1},
                           {scratch.v.data, scratch.v.stride}, key_end, scratch.width, scratch.out);
      for (int r = 0; r < rows; ++r) {
        CopyScaled<kLanes>(scratch.out.Row(r), data.width, inverse[r],
                           data.out + OutOffset(part.first_row + i + r));
      }
    }
  }

  // row = exp(row - its greatest); returns 1 / sum.
  [[gnu::always_inline]] float ExpRow(float* row, int columns, std::ptrdiff_t packed_row) const {
    Lanes<kLanes> top = Load<kLanes>(row);
    for (int j = kLanes; j < columns; j += kLanes)
      top = Greater<kLanes>(top, Load<kLanes>(row + j));
    const float highest = GreatestLane<kLanes>(top);
    Lanes<kLanes> sum = {};
    for (int j = 0; j < columns; j += kLanes) {
      const Lanes<kLanes> share = Exp<kLanes>(Load<kLanes>(row + j) - highest);
      Store<kLanes>(share, row + j);
      sum += share;
    }
    const std::ptrdiff_t at = packed_row * data.sizes.heads + head;
    data.highest[at] = highest;
    data.inverse_sum[at] = 1.0f / SumOfLanes<kLanes>(sum);
    return data.inverse_sum[at];
  }

  [[gnu::always_inline]] void Backward(const Part& part) const {
    LoadQueries(part);
    for (int i = 0; i < part.count; ++i) {
      CopyScaled<kLanes>(data.out_gradient + OutOffset(part.first_row + i), data.width, 1.0f,
                         scratch.out.Row(i));
    }
    ClearRows(scratch.out, part.count);
    for (int i = 0; i < part.count; i += kRows) {
      const int key_end = part.KeyEnd(i + kRows - 1);
      const int columns = RoundUp(key_end, kLanes);
      const Matrix<float> gradient{scratch.share_gradient.Row(i), scratch.share_gradient.stride};
      Score(part, i, columns, {scratch.shares.Row(i), scratch.shares.stride});
      Strip<kLanes, false>({scratch.out.Row(i), scratch.out.stride, 1},
                           {scratch.v_transposed.data, scratch.v_transposed.stride}, data.width,
                           columns, gradient);
      const int rows = std::min(kRows, part.count - i);
      for (int r = 0; r < rows; ++r) {
        SoftmaxGradient(i + r, columns, (part.first_row + i + r) * data.sizes.heads + head);
      }
      Strip<kLanes, false>({gradient.data, gradient.stride, 1}, {scratch.k.data, scratch.k.stride},
                           key_end, scratch.width,
                           {scratch.q_gradient.Row(i), scratch.q_gradient.stride});
    }
    AddKeyGradients(part);
    for (int i = 0; i < part.count; ++i) {
      CopyScaled<kLanes>(scratch.q_gradient.Row(i), data.width, Scale(),
                         data.qkv_gradient + Offset(part.first_row + i));
    }
  }

  // shares = exp(score - highest) / sum; its gradient g becomes that of the score,
  // share (g - sum_j share_j g_j).
  [[gnu::always_inline]] void SoftmaxGradient(int i, int columns, std::ptrdiff_t at) const {
    float* shares = scratch.shares.Row(i);
    float* gradient = scratch.share_gradient.Row(i);
    const float highest = data.highest[at], inverse = data.inverse_sum[at];
    Lanes<kLanes> dot = {};
    for (int j = 0; j < columns; j += kLanes) {
      const Lanes<kLanes> share = Exp<kLanes>(Load<kLanes>(shares + j) - highest) * inverse;
      Store<kLanes>(share, shares + j);
      dot += share * Load<kLanes>(gradient + j);
    }
    const float mean = SumOfLanes<kLanes>(dot);
    for (int j = 0; j < columns; j += kLanes) {
      Store<kLanes>(Load<kLanes>(shares + j) * (Load<kLanes>(gradient + j) - mean), gradient + j);
    }
  }

  // A tile of keys is seen by no token before its first key's own: their shares are not even
  // computed.
  [[gnu::always_inline]] void AddKeyGradients(const Part& part) const {
    const std::ptrdiff_t stride = scratch.shares.stride;
    for (int j = 0; j < part.KeyEnd(part.count - 1); j += kRows) {
      const int first = std::max(0, j - part.own_key) / kRows * kRows;
      const int inner = part.count - first;
      Strip<kLanes, true>({scratch.shares.Row(first) + j, 1, stride},
                          {scratch.out.Row(first), scratch.out.stride}, inner, scratch.width,
                          {scratch.v_gradient.Row(j), scratch.v_gradient.stride});
      Strip<kLanes, true>({scratch.share_gradient.Row(first) + j, 1, stride},
                          {scratch.q.Row(first), scratch.q.stride}, inner, scratch.width,
                          {scratch.k_gradient.Row(j), scratch.k_gradient.stride});
    }
  }

  [[gnu::always_inline]] void StoreKeyGradients(const Part& part) const {
    for (int i = 0; i < part.count; ++i) {
      float* row = data.qkv_gradient + Offset(part.first_row + i);
      CopyScaled<kLanes>(scratch.k_gradient.Row(part.own_key + i), data.width, 1.0f, row + D());
      CopyScaled<kLanes>(scratch.v_gradient.Row(part.own_key + i), data.width, 1.0f, row + 2 * D());
    }
    std::fill(scratch.k_gradient.Row(part.own_key), scratch.k_gradient.Row(scratch.keys), 0.0f);
    std::fill(scratch.v_gradient.Row(part.own_key), scratch.v_gradient.Row(scratch.keys), 0.0f);
  }
};

// Each text is finished before the next takes its place behind the cells.
struct AttentionLoops {
  template <int kLanes>
  [[gnu::always_inline]] static void Run(const AttentionData& data, int first, int end,
                                         bool backward) {
    Scratch<kLanes> scratch(data, backward);
    for (int task = first; task < end; ++task) {
      const int image = task / data.sizes.heads;
      const Head<kLanes> head{data, scratch, image, task % data.sizes.heads};
      const Part cells = PartOf(data, image, data.sizes.rows);
      head.LoadKeys(cells, backward);
      for (int m = 0; m <= data.sizes.rows; ++m) {
        const Part part = PartOf(data, image, m);
        if (part.starts != nullptr) head.LoadKeys(part, backward);
        if (backward) {
          head.Backward(part);
          head.StoreKeyGradients(part);
        } else {
          head.Forward(part);
        }
      }
    }
  }
};

}  // namespace

void AttendForward(Isa isa, const AttentionData& data, int first, int end) {
  RunOn<AttentionLoops>(isa, data, first, end, false);
}

void AttendBackward(Isa isa, const AttentionData& data, int first, int end) {
  RunOn<AttentionLoops>(isa, data, first, end, true);
}

}  // namespace edgevlm::train
