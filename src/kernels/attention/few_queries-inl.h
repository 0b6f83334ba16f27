// The few-query path (decode): attention of fewer query rows than a vector has lanes, those of a
// token or a draft. Positions lie in the lanes. Sums are added in the order of many_queries-inl.h
// and give its bits. Compiled once per instruction set.
#if defined(EDGEVLM_KERNELS_ATTENTION_FEW_QUERIES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef EDGEVLM_KERNELS_ATTENTION_FEW_QUERIES_INL_H_
#undef EDGEVLM_KERNELS_ATTENTION_FEW_QUERIES_INL_H_
#else
#define EDGEVLM_KERNELS_ATTENTION_FEW_QUERIES_INL_H_
#endif

#include <optional>

#include "kernels/attention/many_queries-inl.h"

#if HWY_TARGET != HWY_SCALAR
HWY_BEFORE_NAMESPACE();
namespace edgevlm {
namespace HWY_NAMESPACE {
namespace {

// The most query rows for which positions lie in the lanes.
constexpr int kMaxFewQueries = kLanes - 1;
// Positions of a block that are read at a time: few enough for the L1 cache.
constexpr int kSubBlock = 48;
static_assert(kKvBlock % kSubBlock == 0 && kSubBlock % kLanes == 0);
// The weights of a block for one query row, in whole vectors.
constexpr int kRowWeights = RoundUp(kMaxKvBlock, kLanes);
// Up to this many query rows, values are converted to float32 while they are multiplied.
constexpr int kMaxDirectRows = 2;

template <class Value>
class FewQueries {
 public:
  FewQueries(const AttentionCall<Value>& call, const AttentionPart& part)
      : call_(call),
        part_(part),
        keys_(call.keys.Head(part.kv_head)),
        values_(call.values.Head(part.kv_head)),
        width_(call.width()) {
    if (part.kv_head + 1 < call.heads.kv) next_keys_.emplace(call.keys.Head(part.kv_head + 1));
    for (int row = 0; row < part.rows(); ++row) {
      const int query_row = part.first_row + row;
      const int token = call.Token(query_row);
      first_visible_[row] = call.FirstVisible(token);
      visible_[row] = call.Visible(token);
      const float* q = call.q.Row(token).data() + call.Column(part.kv_head, query_row);
      ReadQuery(q, width_, padded_, q_ + row * padded_);
    }
  }

  void AddSplits(const Partials& partials) {
    HWY_ALIGN float sums[kMaxFewQueries * kMaxHeadWidth];
    float total[kMaxFewQueries], highest[kMaxFewQueries];
    const Partials next = {sums, total, highest, padded_};
    for (int split = part_.first_split; split < part_.last_split; ++split) {
      const bool is_first = split == part_.first_split;
      AddSplit(split * KvSplit(call_), is_first ? partials : next);
      for (int row = 0; row < part_.rows() && !is_first; ++row) {
        if (visible_[row] <= split * KvSplit(call_)) continue;
        JoinRow(next.From(row), partials.From(row), width_);
      }
    }
  }

  // sums[p] += the weights of position p in all rows, one row after the other. Computes every score
  // twice, because a row's weights are known only after its last position.
  void AddWeights(float* sums) {
    const int last = visible_[part_.rows() - 1];
    float total[kMaxFewQueries] = {}, highest[kMaxFewQueries];
    std::fill_n(highest, kMaxFewQueries, kLowest);
    for (int first = 0; first < last; first += kKvBlock) {
      SoftmaxBlock(first, std::min(kKvBlock, last - first), {nullptr, total, highest});
    }
    for (int first = 0; first < last; first += kKvBlock) {
      const int count = std::min(kKvBlock, last - first);
      ScoreBlock(first, count);
      for (int row = 0; row < part_.rows(); ++row) {
        const float* scores = weights_ + row * kRowWeights;
        ForLanes(0, count, [=](auto d, int i) HWY_ATTR {
          const auto weight = Exp2(d, hn::Sub(hn::LoadU(d, scores + i), hn::Set(d, highest[row])));
          const auto sum = hn::LoadU(d, sums + first + i);
          hn::StoreU(hn::MulAdd(weight, hn::Set(d, 1.0f / total[row]), sum), d, sums + first + i);
        });
      }
    }
  }

 private:
  // Whether rows are prefetched: a block's values and the next block's keys while its keys are
  // scored. The hardware prefetcher stops at every page of 4 KiB.
  static constexpr bool kPrefetches = !ReaderOf<Value>::Type::kAddsToScores;

  void AddSplit(int first, const Partials& sums) {
    std::fill_n(sums.sums, part_.rows() * padded_, 0.0f);
    std::fill_n(sums.total, part_.rows(), 0.0f);
    std::fill_n(sums.highest, part_.rows(), kLowest);
    const int last = std::min(first + KvSplit(call_), visible_[part_.rows() - 1]);
    for (int position = FirstBlock(first, first_visible_[0]), count = 0; position < last;
         position += count) {
      count = BlockCount(call_, position, last);
      AddBlock(position, count, sums);
    }
  }

  // Computes the weights of a block, and updates totals and highest scores.
  void SoftmaxBlock(int first, int count, const Partials& sums) {
    const int lanes = ScoreBlock(first, count);
    for (int row = 0; row < part_.rows(); ++row) {
      OnlineSoftmaxOfRow(lanes, weights_ + row * kRowWeights,
                         {sums.highest + row, sums.total + row, rescale_ + row});
    }
  }

  void AddBlock(int first, int count, const Partials& sums) {
    SoftmaxBlock(first, count, sums);
    for (int j = 0; j < count; j += kSubBlock) {
      AddValues(first + j, std::min(kSubBlock, count - j), j, sums);
      std::fill_n(rescale_, part_.rows(), 1.0f);
    }
    if constexpr (ReaderOf<Value>::Type::kAddsToScores) {
      for (int row = 0; row < part_.rows(); ++row) {
        values_.AddToSums(first, count, weights_ + row * kRowWeights, sums.sums + row * padded_);
      }
    }
  }

  // Computes the scores of a block in whole vectors; kLowest where the mask excludes a position.
  // Returns their number.
  int ScoreBlock(int first, int count) {
    for (int j = 0; j < count; j += kSubBlock) Score(first + j, std::min(kSubBlock, count - j), j);
    if constexpr (ReaderOf<Value>::Type::kAddsToScores) {
      for (int row = 0; row < part_.rows(); ++row) {
        keys_.AddToScores(first, count, q_ + row * padded_, weights_ + row * kRowWeights);
      }
    }
    const int lanes = RoundUp(count, kLanes);
    for (int row = 0; row < part_.rows(); ++row) {
      const int visible = std::max(0, std::min(count, visible_[row] - first));
      float* scores = weights_ + row * kRowWeights;
      if (call_.log2_counts != nullptr) {
        for (int j = 0; j < visible; ++j) scores[j] += call_.log2_counts[first + j];
      }
      std::fill(scores + visible, scores + lanes, kLowest);
      std::fill_n(scores, std::clamp(first_visible_[row] - first, 0, lanes), kLowest);
    }
    return lanes;
  }

  // Scores `count` positions from `first` on, which are those from `begin` on of the block.
  void Score(int first, int count, int begin) {
    for (int j = 0; j < count; j += kLanes) {
      for (int r = 0; r < kLanes; ++r) {
        float* buffer = row_buffer_ + r * padded_;
        if (j + r < count) {
          keys_.Read(first + j + r, width_, padded_, buffer);
          if constexpr (kPrefetches) PrefetchNext(first + j + r);
        } else {
          std::fill_n(buffer, padded_, 0.0f);
        }
      }
      Transpose(row_buffer_, padded_, width_, sub_block_ + j, kSubBlock);
    }
    RunTiles<FloatProducts>(Scoring{.rows = q_,
                                    .row_stride = padded_,
                                    .steps = width_,
                                    .lanes = sub_block_,
                                    .stride = kSubBlock,
                                    .out = weights_ + begin,
                                    .out_stride = kRowWeights},
                            part_.rows(), RoundUp(count, kLanes));
  }

  HWY_INLINE void PrefetchNext(int position) const {
    values_.Prefetch(position);
    if (position + kKvBlock < visible_[part_.rows() - 1]) {
      keys_.Prefetch(position + kKvBlock);
    } else if (next_keys_) {
      next_keys_->Prefetch(position % kKvBlock);
    }
  }

  void AddValues(int first, int count, int begin, const Partials& sums) {
    if constexpr (std::is_same_v<Value, std::uint16_t> || std::is_same_v<Value, float>) {
      // Values that are read once need no converted copy.
      if (part_.rows() <= kMaxDirectRows && width_ == padded_) {
        const View<const Value> rows = call_.values.Head(part_.kv_head);
        return AddValueRows(rows.Row(first).data(), rows.stride, count, begin, sums);
      }
    }
    for (int j = 0; j < count; ++j) {
      values_.Read(first + j, width_, padded_, sub_block_ + j * padded_);
    }
    AddValueRows(sub_block_, padded_, count, begin, sums);
  }

  template <class Number>
  void AddValueRows(const Number* values, std::ptrdiff_t stride, int count, int begin,
                    const Partials& sums) {
    RunTiles<FloatProducts>(WeightedSum<Number>{.weights = weights_ + begin,
                                                .row_stride = kRowWeights,
                                                .step_stride = 1,
                                                .values = values,
                                                .value_stride = stride,
                                                .width = padded_,
                                                .steps = count,
                                                .rescale = rescale_,
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

  HWY_ALIGN float q_[kMaxFewQueries * kMaxHeadWidth];     // [rows, padded]
  HWY_ALIGN float sub_block_[kSubBlock * kMaxHeadWidth];  // keys [d, kSubBlock], then values
                                                          // [kSubBlock, padded]
  HWY_ALIGN float weights_[kMaxFewQueries * kRowWeights];
  HWY_ALIGN float row_buffer_[kLanes * kMaxHeadWidth];
  float rescale_[kMaxFewQueries];
  int first_visible_[kMaxFewQueries];
  int visible_[kMaxFewQueries];
};

template <class Value>
void AttendFewQueries(const AttentionCall<Value>& call, const AttentionPart& part,
                      const Partials& partials) {
  FewQueries<Value> rows(call, part);
  rows.AddSplits(partials);
}

template <class Value>
void AttendPart(const AttentionCall<Value>& call, const AttentionPart& part,
                const Partials& partials) {
  if (part.rows() <= kMaxFewQueries) {
    AttendFewQueries(call, part, partials);
  } else {
    AttendManyQueries<FloatProducts>(call, part, partials);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace edgevlm
HWY_AFTER_NAMESPACE();
#endif

#endif
