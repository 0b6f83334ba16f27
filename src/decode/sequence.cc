#include "decode/sequence.h"

#include <algorithm>

#include "base/check.h"

namespace edgevlm {

Sequence::Sequence(const Decoder& decoder, int positions, const CacheOptions& cache)
    : decoder_(&decoder), cache_(decoder.cache_shape(positions, cache)) {
  batch_.reserve(8);
}

void Sequence::Add(std::span<const Input> inputs, View<float> logits, const Run& run) {
  int total = 0;
  for (const Input& input : inputs) total += input.rows();
  CHECK(total <= room() && logits.rows <= total);
  const int first_wanted = total - logits.rows;

  int done = 0;        // rows of earlier spans
  int chunk_rows = 0;  // of them, in batch_
  int chunk_logits = 0;
  int logits_done = 0;
  const int start = positions();
  for (const Input& input : inputs) {
    for (int begin = 0; begin < input.rows();) {
      const int rows = std::min(input.rows() - begin, kChunkRows - chunk_rows);
      const int wanted = std::clamp(done + rows - first_wanted, 0, rows);
      TokenSpan span = {.cache = &cache_, .first_position = start + done, .logits_rows = wanted};
      if (input.tokens.empty()) {
        span.embeddings = input.embeddings.Rows(begin, rows);
      } else {
        span.tokens =
            input.tokens.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(rows));
      }
      batch_.push_back(span);
      begin += rows;
      done += rows;
      chunk_rows += rows;
      chunk_logits += wanted;
      if (chunk_rows < kChunkRows && done < total) continue;
      Flush(logits.Rows(logits_done, chunk_logits), run);
      logits_done += chunk_logits;
      chunk_rows = chunk_logits = 0;
    }
  }
}

void Sequence::Flush(View<float> logits, const Run& run) {
  PROFILE_ZONE(run.profiler, "decoder");
  decoder_->Forward(batch_, logits, workspace_, run);
  batch_.clear();
}

}  // namespace edgevlm
