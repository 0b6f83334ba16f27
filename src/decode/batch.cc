#include "decode/batch.h"

#include <algorithm>

#include "base/check.h"

namespace edgevlm {

Batch::Batch(const Decoder& decoder) : decoder_(&decoder) { spans_.reserve(8); }

void Batch::Add(Sequence& sequence, const Input& input, int logits_rows) {
  CHECK(input.rows() > 0 && 0 <= logits_rows && logits_rows <= input.rows());
  int waiting = 0;  // rows of this sequence in the batch
  for (const TokenSpan& span : spans_) {
    if (span.cache == &sequence.cache()) waiting += span.rows();
  }
  CHECK(waiting + input.rows() <= sequence.room());
  spans_.push_back({.cache = &sequence.cache(),
                    .first_position = sequence.positions() + waiting,
                    .tokens = input.tokens,
                    .embeddings = input.embeddings,
                    .logits_rows = logits_rows});
  rows_ += input.rows();
  logits_rows_ += logits_rows;
}

void Batch::Forward(View<float> logits, const Run& run) {
  CHECK(logits.rows == logits_rows_);
  PROFILE_ZONE(run.profiler, "decoder");
  decoder_->Forward(spans_, logits, workspace_, run);
  spans_.clear();
  rows_ = logits_rows_ = 0;
}

void Batch::AddAll(Sequence& sequence, std::span<const Input> inputs, View<float> logits,
                   const Run& run) {
  CHECK(rows_ == 0);
  InputCursor rest(inputs);
  CHECK(rest.rows() >= logits.rows);
  int logits_done = 0;
  while (rest.rows() > 0) {
    while (rest.rows() > 0 && rows_ < kChunkRows) {
      const Input next = rest.Next(kChunkRows - rows_);
      const int wanted = logits.rows - rest.rows();
      Add(sequence, next, std::clamp(wanted, 0, next.rows()));
    }
    const int wanted = logits_rows_;
    Forward(logits.Rows(logits_done, wanted), run);
    logits_done += wanted;
  }
}

}  // namespace edgevlm
