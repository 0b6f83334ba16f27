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

// A group of query rows: the cells of an image, or one row of texts. Its keys are the cells, then
// (for texts) its own tokens.
struct QueryRows {
  std::ptrdiff_t first_row = 0;          // in the packed rows
  int count = 0;                         // tokens
  int own_key = 0;                       // key of its first token: 0, or P
  const std::int32_t* starts = nullptr;  // [L], null for cells

  // Token i attends to keys in [0, end) only. Tokens past the last one only pad the tile.
  int KeyEnd(int i) const { return own_key + std::min(i, count - 1) + 1; }
};

// Part m of an image: text rows first, the cells last.
QueryRows PartOf(const AttentionData& data, int image, int m) {
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
    Matrix<float>* const scores[] = {&weights, &weight_gradient};
    const std::size_t size = static_cast<std::size_t>(3 * queries * width + 4 * keys * width +
                                                      2 * width * keys + 2 * score_rows * keys);
    memory_.assign(size + kAlignment, 0.0f);
    const auto misaligned =
        reinterpret_cast<std::uintptr_t>(memory_.data()) / sizeof(float) % kAlignment;
    float* next = memory_.data() + (kAlignment - misaligned);
    const auto assign = [&next](Matrix<float>& matrix, int rows, int columns) {
      matrix = {next, columns};
      next += rows * columns;
    };
    for (Matrix<float>* matrix : by_width) assign(*matrix, queries, width);
    for (Matrix<float>* matrix : of_keys) assign(*matrix, keys, width);
    for (Matrix<float>* matrix : transposed) assign(*matrix, width, keys);
    for (Matrix<float>* matrix : scores) assign(*matrix, score_rows, keys);
  }

  int width;                         // d, padded
  int keys;                          // P + L, padded
  int queries;                       // of the largest part, padded
  Matrix<float> q, out, q_gradient;  // [queries, width]; q times 1 / sqrt(d); out or its gradient
  Matrix<float> k, v, k_gradient, v_gradient;  // [keys, width]
  Matrix<float> k_transposed, v_transposed;    // [width, keys]
  Matrix<float> weights, weight_gradient;      // [queries, keys], forward: one tile of rows

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

  [[gnu::always_inline]] void LoadKeys(const QueryRows& part, bool transpose_values) const {
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

  [[gnu::always_inline]] void LoadQueries(const QueryRows& part) const {
    for (int i = 0; i < part.count; ++i) {
      const float* row = data.qkv + Offset(part.first_row + i);
      CopyScaled<kLanes>(row, data.width, Scale(), scratch.q.Row(i));
    }
    ClearRows(scratch.q, part.count);
  }

  // Zeroes the rows from `from` to the end of its tile.
  [[gnu::always_inline]] void ClearRows(const Matrix<float>& matrix, int from) const {
    std::fill(matrix.Row(from), matrix.Row(RoundUp(from, kRows)), 0.0f);
  }

  // Scores of tokens [i, i + kRows) for keys [0, columns); -infinity if masked.
  [[gnu::always_inline]] void Score(const QueryRows& part, int i, int columns,
                                    const Matrix<float>& scores) const {
    const Matrix<const float> keys{scratch.k_transposed.data, scratch.k_transposed.stride};
    MultiplyRows<kLanes, false>({scratch.q.Row(i), scratch.q.stride, 1}, keys, data.width, columns,
                                scores);
    constexpr float kMasked = -std::numeric_limits<float>::infinity();
    for (int r = 0; r < kRows; ++r) {
      float* row = scores.Row(r);
      std::fill(row + part.KeyEnd(i + r), row + columns, kMasked);
      if (part.starts != nullptr && i + r < part.count) {
        std::fill(row + part.own_key, row + part.own_key + part.starts[i + r], kMasked);
      }
    }
  }

  [[gnu::always_inline]] void Forward(const QueryRows& part) const {
    LoadQueries(part);
    for (int i = 0; i < part.count; i += kRows) {
      const int key_end = part.KeyEnd(i + kRows - 1);
      const int columns = RoundUp(key_end, kLanes);
      Score(part, i, columns, scratch.weights);
      const int rows = std::min(kRows, part.count - i);
      float inverse[kRows];
      for (int r = 0; r < rows; ++r) {
        inverse[r] = ExpRow(scratch.weights.Row(r), columns, part.first_row + i + r);
      }
      MultiplyRows<kLanes, false>({scratch.weights.data, scratch.weights.stride, 1},
                                  {scratch.v.data, scratch.v.stride}, key_end, scratch.width,
                                  scratch.out);
      for (int r = 0; r < rows; ++r) {
        CopyScaled<kLanes>(scratch.out.Row(r), data.width, inverse[r],
                           data.out + OutOffset(part.first_row + i + r));
      }
    }
  }

  // row = exp(row - max(row)); returns 1 / sum(row).
  [[gnu::always_inline]] float ExpRow(float* row, int columns, std::ptrdiff_t packed_row) const {
    Lanes<kLanes> top = Load<kLanes>(row);
    for (int j = kLanes; j < columns; j += kLanes) {
      top = Greater<kLanes>(top, Load<kLanes>(row + j));
    }
    const float highest = GreatestLane<kLanes>(top);
    Lanes<kLanes> sum = {};
    for (int j = 0; j < columns; j += kLanes) {
      const Lanes<kLanes> weight = Exp<kLanes>(Load<kLanes>(row + j) - highest);
      Store<kLanes>(weight, row + j);
      sum += weight;
    }
    const std::ptrdiff_t at = packed_row * data.sizes.heads + head;
    data.highest[at] = highest;
    data.inverse_sum[at] = 1.0f / SumOfLanes<kLanes>(sum);
    return data.inverse_sum[at];
  }

  [[gnu::always_inline]] void Backward(const QueryRows& part) const {
    LoadQueries(part);
    for (int i = 0; i < part.count; ++i) {
      CopyScaled<kLanes>(data.out_gradient + OutOffset(part.first_row + i), data.width, 1.0f,
                         scratch.out.Row(i));
    }
    ClearRows(scratch.out, part.count);
    for (int i = 0; i < part.count; i += kRows) {
      const int key_end = part.KeyEnd(i + kRows - 1);
      const int columns = RoundUp(key_end, kLanes);
      const Matrix<float> gradient{scratch.weight_gradient.Row(i), scratch.weight_gradient.stride};
      Score(part, i, columns, {scratch.weights.Row(i), scratch.weights.stride});
      MultiplyRows<kLanes, false>({scratch.out.Row(i), scratch.out.stride, 1},
                                  {scratch.v_transposed.data, scratch.v_transposed.stride},
                                  data.width, columns, gradient);
      const int rows = std::min(kRows, part.count - i);
      for (int r = 0; r < rows; ++r) {
        SoftmaxGradient(i + r, columns, (part.first_row + i + r) * data.sizes.heads + head);
      }
      MultiplyRows<kLanes, false>({gradient.data, gradient.stride, 1},
                                  {scratch.k.data, scratch.k.stride}, key_end, scratch.width,
                                  {scratch.q_gradient.Row(i), scratch.q_gradient.stride});
    }
    AddKeyGradients(part);
    for (int i = 0; i < part.count; ++i) {
      CopyScaled<kLanes>(scratch.q_gradient.Row(i), data.width, Scale(),
                         data.qkv_gradient + Offset(part.first_row + i));
    }
  }

  // weights = exp(score - highest) / sum. The gradient g of the weights becomes that of the scores:
  // weight (g - sum_j weight_j g_j).
  [[gnu::always_inline]] void SoftmaxGradient(int i, int columns, std::ptrdiff_t at) const {
    float* weights = scratch.weights.Row(i);
    float* gradient = scratch.weight_gradient.Row(i);
    const float highest = data.highest[at], inverse = data.inverse_sum[at];
    Lanes<kLanes> dot = {};
    for (int j = 0; j < columns; j += kLanes) {
      const Lanes<kLanes> weight = Exp<kLanes>(Load<kLanes>(weights + j) - highest) * inverse;
      Store<kLanes>(weight, weights + j);
      dot += weight * Load<kLanes>(gradient + j);
    }
    const float mean = SumOfLanes<kLanes>(dot);
    for (int j = 0; j < columns; j += kLanes) {
      Store<kLanes>(Load<kLanes>(weights + j) * (Load<kLanes>(gradient + j) - mean), gradient + j);
    }
  }

  // No token before the first key of a tile attends to the tile; the weights of these tokens are
  // not even computed.
  [[gnu::always_inline]] void AddKeyGradients(const QueryRows& part) const {
    const std::ptrdiff_t stride = scratch.weights.stride;
    for (int j = 0; j < part.KeyEnd(part.count - 1); j += kRows) {
      const int first = std::max(0, j - part.own_key) / kRows * kRows;
      const int inner = part.count - first;
      MultiplyRows<kLanes, true>({scratch.weights.Row(first) + j, 1, stride},
                                 {scratch.out.Row(first), scratch.out.stride}, inner, scratch.width,
                                 {scratch.v_gradient.Row(j), scratch.v_gradient.stride});
      MultiplyRows<kLanes, true>({scratch.weight_gradient.Row(first) + j, 1, stride},
                                 {scratch.q.Row(first), scratch.q.stride}, inner, scratch.width,
                                 {scratch.k_gradient.Row(j), scratch.k_gradient.stride});
    }
  }

  [[gnu::always_inline]] void StoreKeyGradients(const QueryRows& part) const {
    for (int i = 0; i < part.count; ++i) {
      float* row = data.qkv_gradient + Offset(part.first_row + i);
      CopyScaled<kLanes>(scratch.k_gradient.Row(part.own_key + i), data.width, 1.0f, row + D());
      CopyScaled<kLanes>(scratch.v_gradient.Row(part.own_key + i), data.width, 1.0f, row + 2 * D());
    }
    std::fill(scratch.k_gradient.Row(part.own_key), scratch.k_gradient.Row(scratch.keys), 0.0f);
    std::fill(scratch.v_gradient.Row(part.own_key), scratch.v_gradient.Row(scratch.keys), 0.0f);
  }
};

// Each text row is completed before the next one replaces its keys after those of the cells.
struct AttentionLoops {
  template <int kLanes>
  [[gnu::always_inline]] static void Loop(const AttentionData& data, int first, int end,
                                          bool backward) {
    Scratch<kLanes> scratch(data, backward);
    for (int task = first; task < end; ++task) {
      const int image = task / data.sizes.heads;
      const Head<kLanes> head{data, scratch, image, task % data.sizes.heads};
      const QueryRows cells = PartOf(data, image, data.sizes.rows);
      head.LoadKeys(cells, backward);
      for (int m = 0; m <= data.sizes.rows; ++m) {
        const QueryRows part = PartOf(data, image, m);
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
