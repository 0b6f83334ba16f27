#include "decode/stepper.h"

#include "base/check.h"

namespace edgevlm {

void Stepper::Step(std::span<Stream* const> streams, int prompt_rows, const Teams& teams) {
  CHECK(prompt_rows > 0 && batch_.rows() == 0);
  shares_.clear();
  for (Stream* const stream : streams) {
    if (stream->finished() || (stream->reading() && prompt_rows == 0)) continue;
    const int before = stream->prompt_rows();
    const int logits_rows = stream->Put(prompt_rows, batch_);
    prompt_rows -= before - stream->prompt_rows();
    shares_.push_back({stream, logits_rows});
  }
  if (shares_.empty()) return;
  const Run& run = teams.For(batch_.rows());
  const View<float> logits = LogitsOf(batch_.logits_rows());  // [R, V]
  batch_.Forward(logits, run);
  int row = 0;
  for (const Share& share : shares_) {
    share.stream->Take(logits.Rows(row, share.logits_rows), run.profiler);
    row += share.logits_rows;
  }
}

View<float> Stepper::LogitsOf(int rows) {
  const int vocabulary = batch_.decoder().shape().vocabulary;
  const auto values = static_cast<std::size_t>(rows) * static_cast<std::size_t>(vocabulary);
  if (logits_.size() < values) logits_.resize(values);
  return {logits_.data(), rows, vocabulary};
}

}  // namespace edgevlm
