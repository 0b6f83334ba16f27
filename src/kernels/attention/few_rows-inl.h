// Attention of fewer rows than a vector has lanes, a token's or a draft's: positions stand in the
// lanes. The sums go in the order of strip-inl.h and have its bits. Compiled once per instruction
// set.
#if defined(EDGEVLM_KERNELS_ATTENTION_FEW_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EDGEVLM_KERNELS_ATTENTION_FEW_ROWS_INL_H_
#undef EDGEVLM_KERNELS_ATTENTION_FEW_ROWS_INL_H_
#else
#define EDGEVLM_KERNELS_ATTENTION_FEW_ROWS_INL_H_
#endif

#include <optional>

#include "kernels/attention/strip-inl.h"

#if HWY_TARGET != HWY_SCALAR
HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

constexpr int kFewRows = kLanes - 1;
// Positions of a block that are read at a time: few enough for the nearest cache.
constexpr int kSlice = 48;
static_assert(kBlock % kSlice == 0 && kSlice % kLanes == 0);
// So many rows are mixed by one pass over the values.
constexpr int kRowsAtOnce = 2;

template <class Value>
class FewRows {
 public:
  FewRows(const AttentionCall<Value>& call, const AttentionPart& part)
      : call_(call),
        part_(part),
        keys_(call.keys.Head(part.kv_head)),
        values_(call.values.Head(part.kv_head)),
        width_(call.width()) {
    if (part.kv_head + 1 < call.heads.kv) next_keys_.emplace(call.keys.Head(part.kv_head + 1));
    for (int row = 0; row < part.rows(); ++row) {
      const int asking = part.first_row + row;
      const int token = call.Token(asking);
      visible_[row] = call.Visible(token);
      const float* q = call.q.Row(token).data() + call.Column(part.kv_head, asking);
      ReadQuery(q, width_, padded_, q_ + row * padded_);
    }
  }

  void AddStretches(const Partials& partials) {
    HWY_ALIGN float sums[kFewRows * kMaxHeadWidth];
    float total[kFewRows], highest[kFewRows];
    const Partials next = {sums, total, highest, padded_};
    for (int stretch = part_.first_stretch; stretch < part_.last_stretch; ++stretch) {
      const bool is_first = stretch == part_.first_stretch;
      AddStretch(stretch * kStretch, is_first ? partials : next);
      for (int row = 0; row < part_.rows() && !is_first; ++row) {
        if (visible_[row] <= stretch * kStretch) continue;
        JoinRow(next.From(row), partials.From(row), width_);
      }
    }
  }

  // sums[p] += the shares of position p in all rows, one row after the other. Scores everything
  // twice: what a row's shares are is known at its end only.
  void AddShares(float* sums) {
    const int last = visible_[part_.rows() - 1];
    float total[kFewRows] = {}, highest[kFewRows];
    std::fill_n(highest, kFewRows, kLowest);
    for (int first = 0; first < last; first += kBlock) {
      ShareBlock(first, std::min(kBlock, last - first), {nullptr, total, highest});
    }
    for (int first = 0; first < last; first += kBlock) {
      const int count = std::min(kBlock, last - first);
      ScoreBlock(first, count);
      for (int row = 0; row < part_.rows(); ++row) {
        const float* scores = shares_ + row * kBlock;
        ForLanes(0, count, [=](auto d, int i) HWY_ATTR {
          const auto share = Exp2(d, hn::Sub(hn::LoadU(d, scores + i), hn::Set(d, highest[row])));
          const auto sum = hn::LoadU(d, sums + first + i);
          hn::StoreU(hn::MulAdd(share, hn::Set(d, 1.0f / total[row]), sum), d, sums + first + i);
        });
      }
    }
  }

 private:
  // Whether memory is asked for rows before they are read: a block's values and the next block's
  // keys while its keys are scored. The processor's own guesses end at every page of 4 KiB.
  static constexpr bool kPrefetches = !ReaderOf<Value>::Type::kAddsToScores;

  void AddStretch(int first, const Partials& sums) {
    std::fill_n(sums.sums, part_.rows() * padded_, 0.0f);
    std::fill_n(sums.total, part_.rows(), 0.0f);
    std::fill_n(sums.highest, part_.rows(), kLowest);
    const int last = std::min(first + kStretch, visible_[part_.rows() - 1]);
    for (int position = first; position < last; position += kBlock) {
      const int count = std::min(kBlock, last - position);
      AddBlock(position, count, sums);
    }
  }

  // A block's shares, and what they make of totals and highest scores.
  void ShareBlock(int first, int count, const Partials& sums) {
    const int lanes = ScoreBlock(first, count);
    for (int row = 0; row < part_.rows(); ++row) {
      SharesOfRow(lanes, shares_ + row * kBlock,
                  {sums.highest + row, sums.total + row, shrink_ + row});
    }
  }

  void AddBlock(int first, int count, const Partials& sums) {
    ShareBlock(first, count, sums);
    for (int j = 0; j < count; j += kSlice) {
      Mix(first + j, std::min(kSlice, count - j), j, sums);
      std::fill_n(shrink_, part_.rows(), 1.0f);
    }
    if constexpr (ReaderOf<Value>::Type::kAddsToScores) {
      for (int row = 0; row < part_.rows(); ++row) {
        values_.AddToSums(first, count, shares_ + row * kBlock, sums.sums + row * padded_);
      }
    }
  }

  // The scores of a block, whole vectors of them; low where a row does not see. Returns their
  // number.
  int ScoreBlock(int first, int count) {
    for (int j = 0; j < count; j += kSlice) Score(first + j, std::min(kSlice, count - j), j);
    if constexpr (ReaderOf<Value>::Type::kAddsToScores) {
      for (int row = 0; row < part_.rows(); ++row) {
        keys_.AddToScores(first, count, q_ + row * padded_, shares_ + row * kBlock);
      }
    }
    const int lanes = RoundUp(count, kLanes);
    for (int row = 0; row < part_.rows(); ++row) {
      const int visible = std::max(0, std::min(count, visible_[row] - first));
      float* scores = shares_ + row * kBlock;
      if (call_.log2_counts != nullptr) {
        for (int j = 0; j < visible; ++j) scores[j] += call_.log2_counts[first + j];
      }
      std::fill(scores + visible, scores + lanes, kLowest);
    }
    return lanes;
  }

  // Of `count` positions from `first` on, which are those from `begin` on of the block.
  void Score(int first, int count, int begin) {
    for (int j = 0; j < count; j += kLanes) {
      for (int r = 0; r < kLanes; ++r) {
        float* line = lines_ + r * padded_;
        if (j + r < count) {
          keys_.Read(first + j + r, width_, padded_, line);
          if constexpr (kPrefetches) AskFor(first + j + r);
        } else {
          std::fill_n(line, padded_, 0.0f);
        }
      }
      Transpose(lines_, padded_, width_, slice_ + j, kSlice);
    }
    RunTiles<FloatProducts>(Scoring{.rows = q_,
                                    .row_stride = padded_,
                                    .steps = width_,
                                    .lanes = slice_,
                                    .stride = kSlice,
                                    .out = shares_ + begin,
                                    .out_stride = kBlock},
                            part_.rows(), RoundUp(count, kLanes));
  }

  HWY_INLINE void AskFor(int position) const {
    values_.Prefetch(position);
    if (position + kBlock < visible_[part_.rows() - 1]) {
      keys_.Prefetch(position + kBlock);
    } else if (next_keys_) {
      next_keys_->Prefetch(position % kBlock);
    }
  }

  void Mix(int first, int count, int begin, const Partials& sums) {
    if constexpr (std::is_same_v<Value, std::uint16_t> || std::is_same_v<Value, float>) {
      // What is read once need not be converted in memory before.
      if (part_.rows() <= kRowsAtOnce && width_ == padded_) {
        const View<const Value> rows = call_.values.Head(part_.kv_head);
        return MixRows(rows.Row(first).data(), rows.stride, count, begin, sums);
      }
    }
    for (int j = 0; j < count; ++j) {
      values_.Read(first + j, width_, padded_, slice_ + j * padded_);
    }
    MixRows(slice_, padded_, count, begin, sums);
  }

  template <class Number>
  void MixRows(const Number* values, std::ptrdiff_t stride, int count, int begin,
               const Partials& sums) {
    RunTiles<FloatProducts>(Mixing<Number>{.shares = shares_ + begin,
                                           .row_stride = kBlock,
                                           .step_stride = 1,
                                           .values = values,
                                           .value_stride = stride,
                                           .width = padded_,
                                           .steps = count,
                                           .shrink = shrink_,
                                           .sums = sums.sums},
                            part_.rows(), padded_);
  }

  const AttentionCall<Value>& call_;
  const AttentionPart& part_;
  typename ReaderOf<Value>::Type keys_;
  typename ReaderOf<Value>::Type values_;
  std::optional<typename ReaderOf<Value>::Type> next_keys_;  // of the next head
  const int width_;                                          // d
  const int padded_ = PaddedWidth(width_);                   // of queries, values and sums

  HWY_ALIGN float q_[kFewRows * kMaxHeadWidth];    // [rows, padded]
  HWY_ALIGN float slice_[kSlice * kMaxHeadWidth];  // keys [d, kSlice], then values [kSlice, padded]
  HWY_ALIGN float shares_[kFewRows * kBlock];      // [rows, kBlock]
  HWY_ALIGN float lines_[kLanes * kMaxHeadWidth];
  float shrink_[kFewRows];
  int visible_[kFewRows];
};

template <class Value>
void AttendFewRows(const AttentionCall<Value>& call, const AttentionPart& part,
                   const Partials& partials) {
  FewRows<Value> rows(call, part);
  rows.AddStretches(partials);
}

template <class Value>
void AttendPart(const AttentionCall<Value>& call, const AttentionPart& part,
                const Partials& partials) {
  if (part.rows() <= kFewRows) {
    AttendFewRows(call, part, partials);
  } else {
    AttendManyRows<FloatProducts>(call, part, partials);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
#endif

#endif
