// The many-query path (prefill): query rows lie in the lanes of the scores, so that maxima and sums
// need no step across lanes. Compiled once per instruction set.
#if defined(EDGEVLM_KERNELS_ATTENTION_MANY_QUERIES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EDGEVLM_KERNELS_ATTENTION_MANY_QUERIES_INL_H_
#undef EDGEVLM_KERNELS_ATTENTION_MANY_QUERIES_INL_H_
#else
#define EDGEVLM_KERNELS_ATTENTION_MANY_QUERIES_INL_H_
#endif

#include "kernels/attention/online_softmax-inl.h"

#if HWY_TARGET != HWY_SCALAR
HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

// The query rows of one part, in tiles of kQueryTile.
template <class Products, class Value>
class ManyQueries {
 public:
  ManyQueries(const AttentionCall<Value>& call, const AttentionPart& part)
      : call_(call),
        part_(part),
        key_reader_(call.keys.Head(part.kv_head)),
        value_reader_(call.values.Head(part.kv_head)),
        width_(call.width()) {
    for (int row = 0; row < part.rows(); ++row) {
      first_visible_[row] = call.FirstVisible(call.Token(part.first_row + row));
      visible_[row] = call.Visible(call.Token(part.first_row + row));
    }
    for (std::int32_t* of_rows : {first_visible_, visible_}) {
      std::fill(of_rows + part.rows(), of_rows + RoundUp(part.rows(), kLanes),
                of_rows[part.rows() - 1]);
    }
    for (int row = 0; row < part.rows(); row += kQueryTile) TransposeQueries(row);
  }

  void AddSplits(const Partials& partials) {
    for (int split = part_.first_split; split < part_.last_split; ++split) {
      const bool is_first = split == part_.first_split;
      const int first = split * KvSplit(call_);
      sums_ = is_first ? partials.sums : split_sums_;
      ResetSums();
      const int last = std::min(first + KvSplit(call_), visible_[part_.rows() - 1]);
      for (int position = FirstBlock(first, first_visible_[0]), count = 0; position < last;
           position += count) {
        count = BlockCount(call_, position, last);
        AddBlock(position, count);
      }
      for (int row = 0; row < part_.rows(); ++row) {
        if (is_first) {
          partials.total[row] = total_[row];
          partials.highest[row] = highest_[row];
        } else if (visible_[row] > first) {
          const Partials next = {split_sums_, total_, highest_, padded_};
          JoinRow(next.From(row), partials.From(row), width_);
        }
      }
    }
  }

 private:
  static constexpr bool kPrefetches = !ReaderOf<Value>::Type::kAddsToScores;

  // Transposes one tile of queries: [steps, kQueryTile]. Missing rows are zeros.
  void TransposeQueries(int tile) {
    for (int row = tile; row < std::min(tile + kQueryTile, part_.rows()); row += kLanes) {
      for (int r = 0; r < kLanes; ++r) {
        float* buffer = row_buffer_ + r * kMaxHeadWidth;
        if (row + r >= part_.rows()) {
          std::fill_n(buffer, row_width_, 0.0f);
          continue;
        }
        const int query_row = part_.first_row + row + r;
        const float* q =
            call_.q.Row(call_.Token(query_row)).data() + call_.Column(part_.kv_head, query_row);
        ReadQuery(q, width_, row_width_, buffer);
        Products::ConvertRow(buffer, row_width_, buffer);
      }
      Transpose(row_buffer_, kMaxHeadWidth, steps_, q_ + tile * steps_ + row - tile, kQueryTile);
    }
  }

  void ResetSums() {
    std::fill_n(sums_, part_.rows() * padded_, 0.0f);
    std::fill_n(highest_, kMaxPartRows, kLowest);
    std::fill_n(total_, kMaxPartRows, 0.0f);
  }

  // Copies the keys and values of a block next to each other: in the rows of all heads they lie a
  // multiple of 4 KiB apart, and the L1 cache holds only few such lines.
  void ReadBlock(int first, int count) {
    for (int j = 0; j < count; ++j) {
      float* key = keys_ + j * key_stride_;
      float* buffer = Products::kPerStep == 1 ? key : row_buffer_;
      key_reader_.Read(first + j, width_, row_width_, buffer);
      Products::ConvertRow(buffer, row_width_, key);
    }
    for (int j = 0; j < count; j += Products::kPerStep) {
      float* to = values_ + j / Products::kPerStep * padded_;
      if constexpr (Products::kPerStep == 1) {
        value_reader_.Read(first + j, width_, padded_, to);
      } else {
        float* second = row_buffer_ + kMaxHeadWidth;
        value_reader_.Read(first + j, width_, padded_, row_buffer_);
        if (j + 1 < count) {
          value_reader_.Read(first + j + 1, width_, padded_, second);
        } else {
          std::fill_n(second, padded_, 0.0f);
        }
        Products::InterleaveRows(row_buffer_, second, padded_, to);
      }
    }
  }

  void AddBlock(int first, int count) {
    ReadBlock(first, count);
    for (int tile = 0; tile < part_.rows(); tile += kQueryTile) {
      if constexpr (kPrefetches) PrefetchNext(tile, first + count);
      const int last_row = std::min(tile + kQueryTile, part_.rows()) - 1;
      const int visible = std::min(count, visible_[last_row] - first);
      const bool is_past = first + count <= first_visible_[tile];  // before every window
      if (visible > 0 && !is_past) AddToTile(tile, last_row + 1 - tile, first, visible);
    }
  }

  // Prefetches the tile's part of the next block, which starts at `first`: its rows lie too far
  // apart for the hardware prefetcher.
  void PrefetchNext(int tile, int first) {
    const int count = std::min(kKvBlock, visible_[part_.rows() - 1] - first);
    const int tiles = RoundUp(part_.rows(), kQueryTile) / kQueryTile;
    const int t = tile / kQueryTile;
    for (int j = count * t / tiles; j < count * (t + 1) / tiles; ++j) {
      key_reader_.Prefetch(first + j);
      value_reader_.Prefetch(first + j);
    }
  }

  void AddToTile(int tile, int rows, int first, int count) {
    const int lanes = RoundUp(rows, kLanes);
    RunTiles<Products>(Scoring{.rows = keys_,
                               .row_stride = key_stride_,
                               .steps = steps_,
                               .lanes = q_ + tile * steps_,
                               .stride = kQueryTile,
                               .out = weights_,
                               .out_stride = kQueryTile},
                       count, lanes);
    if constexpr (ReaderOf<Value>::Type::kAddsToScores) {
      key_reader_.AddToScoreLanes(first, count, lanes, q_ + tile * steps_, weights_);
    }
    if (call_.log2_counts != nullptr) AddCounts(first, count, lanes);
    const int positions = ApplyMask(tile, lanes, first, count);
    const Running running = {highest_ + tile, total_ + tile, rescale_};
    OnlineSoftmaxOfLanes<Products>(positions, lanes, weights_, running);
    RunTiles<Products>(
        WeightedSum<float>{.weights = weights_,
                           .row_stride = 1,
                           .step_stride = kQueryTile,
                           .values = values_,
                           .value_stride = padded_,
                           .width = padded_,
                           .steps = (count + Products::kPerStep - 1) / Products::kPerStep,
                           .rescale = rescale_,
                           .sums = sums_ + tile * padded_},
        rows, padded_);
    if constexpr (ReaderOf<Value>::Type::kAddsToScores) {
      value_reader_.AddToSumsOfLanes({first, count, rows}, weights_, sums_ + tile * padded_,
                                     padded_);
    }
  }

  void AddCounts(int first, int count, int lanes) {
    const FullTag d;
    for (int j = 0; j < count; ++j) {
      const Vector counts = hn::Set(d, call_.log2_counts[first + j]);
      float* at = weights_ + j * kQueryTile;
      for (int t = 0; t < lanes; t += kLanes) {
        hn::Store(hn::Add(hn::Load(d, at + t), counts), d, at + t);
      }
    }
  }

  // Sets the scores that mask and window exclude to kLowest, and appends masked positions up to a
  // multiple of kTotals.
  int ApplyMask(int tile, int lanes, int first, int count) {
    const FullTag d;
    const hn::RebindToSigned<FullTag> di;
    const int visible_to_all = std::max(0, visible_[tile] - first);
    const int positions = RoundUp(count, kTotals);
    for (int j = std::min(visible_to_all, count); j < positions; ++j) {
      float* at = weights_ + j * kQueryTile;
      for (int t = 0; t < lanes; t += kLanes) {
        const auto visible = hn::Load(di, visible_ + tile + t);
        const auto attends = hn::Gt(visible, hn::Set(di, j < count ? first + j : INT32_MAX));
        const Vector score = hn::Load(d, at + t);
        hn::Store(hn::IfThenElse(hn::RebindMask(d, attends), score, hn::Set(d, kLowest)), d,
                  at + t);
      }
    }
    const int last_window = first_visible_[tile + lanes - 1];
    for (int j = 0; j < std::min(count, last_window - first); ++j) {
      float* at = weights_ + j * kQueryTile;
      for (int t = 0; t < lanes; t += kLanes) {
        const auto before = hn::Gt(hn::Load(di, first_visible_ + tile + t), hn::Set(di, first + j));
        const Vector score = hn::Load(d, at + t);
        hn::Store(hn::IfThenElse(hn::RebindMask(d, before), hn::Set(d, kLowest), score), d, at + t);
      }
    }
    return positions;
  }

  const AttentionCall<Value>& call_;
  const AttentionPart& part_;
  typename ReaderOf<Value>::Type key_reader_;
  typename ReaderOf<Value>::Type value_reader_;
  const int width_;                                          // d
  const int padded_ = PaddedWidth(width_);                   // of values and sums
  const int row_width_ = RoundUp(width_, 2 * kSumsPadding);  // whole vectors of bf16 pairs
  const int steps_ = (width_ + Products::kPerStep - 1) / Products::kPerStep;
  const int key_stride_ = row_width_ / Products::kPerStep;
  float* sums_ = nullptr;  // [rows, padded]: the caller's or split_sums_

  HWY_ALIGN float q_[kMaxPartValues];  // tiles one after the other, [steps, kQueryTile] each
  HWY_ALIGN float split_sums_[kMaxPartValues];           // [rows, padded]
  HWY_ALIGN float keys_[kMaxKvBlock * kMaxHeadWidth];    // [kMaxKvBlock, key_stride]
  HWY_ALIGN float values_[kMaxKvBlock * kMaxHeadWidth];  // [kMaxKvBlock / kPerStep, padded]
  HWY_ALIGN float weights_[kMaxKvBlock * kQueryTile];
  HWY_ALIGN float row_buffer_[kLanes * kMaxHeadWidth];
  HWY_ALIGN float highest_[kMaxPartRows];
  HWY_ALIGN float total_[kMaxPartRows];
  HWY_ALIGN float rescale_[kQueryTile];
  HWY_ALIGN std::int32_t first_visible_[kMaxPartRows];
  HWY_ALIGN std::int32_t visible_[kMaxPartRows];
};

template <class Products, class Value>
void AttendManyQueries(const AttentionCall<Value>& call, const AttentionPart& part,
                       const Partials& partials) {
  ManyQueries<Products, Value> queries(call, part);
  queries.AddSplits(partials);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
#endif

#endif
