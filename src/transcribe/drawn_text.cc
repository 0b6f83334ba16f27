#include "transcribe/drawn_text.h"

#include <algorithm>
#include <cstddef>

#include "decode/log_probability.h"
#include "transcribe/compression_ratio.h"
#include "transcribe/token_rules.h"

namespace edgevlm {

DrawnText::DrawnText(const SpeechTokens& tokens, const Options& options)
    : special_(tokens),
      sampler_({.temperature = options.temperature, .seed = options.seed}, options.vocabulary),
      most_(static_cast<std::size_t>(options.most)) {}

bool DrawnText::Choose(std::span<float> logits) {
  ApplyTokenRules(special_, chosen_, logits);
  const int id = sampler_.Choose(logits);
  log_probability_ += LogProbability(logits, id);
  if (id == special_.end) return false;
  chosen_.push_back(id);
  if (const int repeated = RepeatedTokens(special_, chosen_); repeated > 0) {
    // What the loop says once may be true.
    chosen_.resize(chosen_.size() - static_cast<std::size_t>(repeated));
    repeats_ = true;
    return false;
  }
  return chosen_.size() < most_;
}

double DrawnText::MeanLogProbability() const {
  return log_probability_ / static_cast<double>(chosen_.size() + 1);
}

double DrawnText::CompressionRatio(const Tokenizer& tokenizer) const {
  const double ratio = edgevlm::CompressionRatio(tokenizer.Decode(special_.TextOf(chosen_)));
  // The rest of a loop is cut off, so zlib does not see it.
  return repeats_ ? std::max(ratio, 2 * kMostCompression) : ratio;
}

}  // namespace edgevlm
