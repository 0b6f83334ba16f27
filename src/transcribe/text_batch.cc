#include "transcribe/text_batch.h"

#include <cstddef>

namespace edgevlm {

TextBatch::TextBatch(const WhisperModel& model, int texts, const Run& run)
    : model_(model),
      run_(run),
      logits_(static_cast<std::size_t>(texts) *
              static_cast<std::size_t>(model.decoder->shape().vocabulary)) {
  caches_.reserve(static_cast<std::size_t>(texts));
  for (int i = 0; i < texts; ++i) caches_.emplace_back(model.decoder->cache_shape());
}

void TextBatch::Start(const SequenceCache& cache, int n) {
  for (SequenceCache& own : caches_) own.CopyFrom(cache, n);
}

void TextBatch::Add(std::span<const Token> tokens, const CrossCache& cross) {
  pass_.clear();
  for (const Token& token : tokens) {
    SequenceCache& cache = caches_[static_cast<std::size_t>(token.text)];
    pass_.push_back(CrossDecoder::Following(cache, {&token.id, 1}, 1, cross));
  }
  model_.decoder->Forward(
      pass_, {logits_.data(), static_cast<int>(pass_.size()), model_.decoder->shape().vocabulary},
      workspace_, run_);
}

std::span<float> TextBatch::Logits(int index) {
  const auto width = static_cast<std::size_t>(model_.decoder->shape().vocabulary);
  return std::span(logits_).subspan(static_cast<std::size_t>(index) * width, width);
}

}  // namespace edgevlm
