// Attention of many rows: they stand in the lanes of the scores, so that maxima and sums take no
// step across lanes. Compiled once per instruction set.
#if defined(EDGEVLM_KERNELS_ATTENTION_STRIP_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EDGEVLM_KERNELS_ATTENTION_STRIP_INL_H_
#undef EDGEVLM_KERNELS_ATTENTION_STRIP_INL_H_
#else
#define EDGEVLM_KERNELS_ATTENTION_STRIP_INL_H_
#endif

#include "kernels/attention/shares-inl.h"

#if HWY_TARGET != HWY_SCALAR
HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

// The rows of one part, in tiles of kRowTile.
template <class Products, class Value>
class Strip {
 public:
  Strip(const AttentionCall<Value>& call, const AttentionPart& part)
      : call_(call),
        part_(part),
        key_reader_(call.keys.Head(part.kv_head)),
        value_reader_(call.values.Head(part.kv_head)),
        width_(call.width()) {
    for (int row = 0; row < part.rows(); ++row) {
      visible_[row] = call.Visible(call.Token(part.first_row + row));
    }
    std::fill(visible_ + part.rows(), visible_ + RoundUp(part.rows(), kLanes),
              visible_[part.rows() - 1]);
    for (int row = 0; row < part.rows(); row += kRowTile) PackQueries(row);
  }

  void AddStretches(const Partials& partials) {
    for (int stretch = part_.first_stretch; stretch < part_.last_stretch; ++stretch) {
      const bool is_first = stretch == part_.first_stretch;
      const int first = stretch * kStretch;
      sums_ = is_first ? partials.sums : stretch_sums_;
      Start();
      const int last = std::min(first + kStretch, visible_[part_.rows() - 1]);
      for (int position = first; position < last; position += kBlock) {
        AddBlock(position, std::min(kBlock, last - position));
      }
      for (int row = 0; row < part_.rows(); ++row) {
        if (is_first) {
          partials.total[row] = total_[row];
          partials.highest[row] = highest_[row];
        } else if (visible_[row] > first) {
          const Partials next = {stretch_sums_, total_, highest_, padded_};
          JoinRow(next.From(row), partials.From(row), width_);
        }
      }
    }
  }

 private:
  static constexpr bool kPrefetches = !ReaderOf<Value>::Type::kAddsToScores;

  // One tile of queries, transposed: [steps, kRowTile]. Rows that are not there are zeros.
  void PackQueries(int tile) {
    for (int row = tile; row < std::min(tile + kRowTile, part_.rows()); row += kLanes) {
      for (int r = 0; r < kLanes; ++r) {
        float* line = lines_ + r * kMaxHeadWidth;
        if (row + r >= part_.rows()) {
          std::fill_n(line, line_width_, 0.0f);
          continue;
        }
        const int asking = part_.first_row + row + r;
        const float* q =
            call_.q.Row(call_.Token(asking)).data() + call_.Column(part_.kv_head, asking);
        ReadQuery(q, width_, line_width_, line);
        Products::PackLine(line, line_width_, line);
      }
      Transpose(lines_, kMaxHeadWidth, steps_, q_ + tile * steps_ + row - tile, kRowTile);
    }
  }

  void Start() {
    std::fill_n(sums_, part_.rows() * padded_, 0.0f);
    std::fill_n(highest_, kMaxPartRows, kLowest);
    std::fill_n(total_, kMaxPartRows, 0.0f);
  }

  // Keys and values of a block side by side: in the rows of all heads they lie a multiple of 4 KiB
  // apart, where the nearest cache holds few of them.
  void ReadBlock(int first, int count) {
    for (int j = 0; j < count; ++j) {
      float* line = Products::kPerStep == 1 ? keys_ + j * key_stride_ : lines_;
      key_reader_.Read(first + j, width_, line_width_, line);
      Products::PackLine(line, line_width_, keys_ + j * key_stride_);
    }
    for (int j = 0; j < count; j += Products::kPerStep) {
      float* to = values_ + j / Products::kPerStep * padded_;
      if constexpr (Products::kPerStep == 1) {
        value_reader_.Read(first + j, width_, padded_, to);
      } else {
        float* second = lines_ + kMaxHeadWidth;
        value_reader_.Read(first + j, width_, padded_, lines_);
        if (j + 1 < count) {
          value_reader_.Read(first + j + 1, width_, padded_, second);
        } else {
          std::fill_n(second, padded_, 0.0f);
        }
        Products::PairLines(lines_, second, padded_, to);
      }
    }
  }

  void AddBlock(int first, int count) {
    ReadBlock(first, count);
    for (int tile = 0; tile < part_.rows(); tile += kRowTile) {
      if constexpr (kPrefetches) AskFor(tile, first + count);
      const int last_row = std::min(tile + kRowTile, part_.rows()) - 1;
      const int visible = std::min(count, visible_[last_row] - first);
      if (visible > 0) AddToTile(tile, last_row + 1 - tile, first, visible);
    }
  }

  // Asks the memory for the tile's share of the next block, which starts at `first`: its rows lie
  // too far apart for the processor to guess them.
  void AskFor(int tile, int first) {
    const int count = std::min(kBlock, visible_[part_.rows() - 1] - first);
    const int tiles = RoundUp(part_.rows(), kRowTile) / kRowTile;
    const int t = tile / kRowTile;
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
                               .stride = kRowTile,
                               .out = shares_,
                               .out_stride = kRowTile},
                       count, lanes);
    if constexpr (ReaderOf<Value>::Type::kAddsToScores) {
      key_reader_.AddToScoreLanes(first, count, lanes, q_ + tile * steps_, shares_);
    }
    if (call_.log2_counts != nullptr) AddCounts(first, count, lanes);
    const int positions = Hide(tile, lanes, first, count);
    const Running running = {highest_ + tile, total_ + tile, shrink_};
    SharesOfLanes<Products>(positions, lanes, shares_, running);
    RunTiles<Products>(Mixing<float>{.shares = shares_,
                                     .row_stride = 1,
                                     .step_stride = kRowTile,
                                     .values = values_,
                                     .value_stride = padded_,
                                     .width = padded_,
                                     .steps = (count + Products::kPerStep - 1) / Products::kPerStep,
                                     .shrink = shrink_,
                                     .sums = sums_ + tile * padded_},
                       rows, padded_);
    if constexpr (ReaderOf<Value>::Type::kAddsToScores) {
      value_reader_.AddToSumsOfLanes({first, count, rows}, shares_, sums_ + tile * padded_,
                                     padded_);
    }
  }

  void AddCounts(int first, int count, int lanes) {
    const FullTag d;
    for (int j = 0; j < count; ++j) {
      const Vector counts = hn::Set(d, call_.log2_counts[first + j]);
      float* at = shares_ + j * kRowTile;
      for (int t = 0; t < lanes; t += kLanes) {
        hn::Store(hn::Add(hn::Load(d, at + t), counts), d, at + t);
      }
    }
  }

  // Lowers the scores of positions that a row does not see, and appends some that none sees, up to
  // a multiple of kTotals.
  int Hide(int tile, int lanes, int first, int count) {
    const FullTag d;
    const hn::RebindToSigned<FullTag> di;
    const int seen_by_all = std::max(0, visible_[tile] - first);
    const int positions = RoundUp(count, kTotals);
    for (int j = std::min(seen_by_all, count); j < positions; ++j) {
      float* at = shares_ + j * kRowTile;
      for (int t = 0; t < lanes; t += kLanes) {
        const auto visible = hn::Load(di, visible_ + tile + t);
        const auto sees = hn::Gt(visible, hn::Set(di, j < count ? first + j : INT32_MAX));
        const Vector score = hn::Load(d, at + t);
        hn::Store(hn::IfThenElse(hn::RebindMask(d, sees), score, hn::Set(d, kLowest)), d, at + t);
      }
    }
    return positions;
  }

  const AttentionCall<Value>& call_;
  const AttentionPart& part_;
  typename ReaderOf<Value>::Type key_reader_;
  typename ReaderOf<Value>::Type value_reader_;
  const int width_;                                           // d
  const int padded_ = PaddedWidth(width_);                    // of values and sums
  const int line_width_ = RoundUp(width_, 2 * kSumsPadding);  // whole vectors of pairs
  const int steps_ = (width_ + Products::kPerStep - 1) / Products::kPerStep;
  const int key_stride_ = line_width_ / Products::kPerStep;
  float* sums_ = nullptr;  // [rows, padded]: the caller's or stretch_sums_

  HWY_ALIGN float q_[kMaxPartValues];             // a tile after the other, [steps, kRowTile] each
  HWY_ALIGN float stretch_sums_[kMaxPartValues];  // [rows, padded]
  HWY_ALIGN float keys_[kBlock * kMaxHeadWidth];  // [kBlock, key_stride]
  HWY_ALIGN float values_[kBlock * kMaxHeadWidth];  // [kBlock / kPerStep, padded]
  HWY_ALIGN float shares_[kBlock * kRowTile];
  HWY_ALIGN float lines_[kLanes * kMaxHeadWidth];
  HWY_ALIGN float highest_[kMaxPartRows];
  HWY_ALIGN float total_[kMaxPartRows];
  HWY_ALIGN float shrink_[kRowTile];
  HWY_ALIGN std::int32_t visible_[kMaxPartRows];
};

template <class Products, class Value>
void AttendManyRows(const AttentionCall<Value>& call, const AttentionPart& part,
                    const Partials& partials) {
  Strip<Products, Value> strip(call, part);
  strip.AddStretches(partials);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
#endif

#endif
