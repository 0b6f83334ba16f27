// DrawnText: the tokens of a window, chosen one after the other.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decode/sampler.h"
#include "tokenizer/tokenizer.h"
#include "transcribe/speech_tokens.h"

namespace edgevlm {

// Threads: one at a time.
class DrawnText {
 public:
  struct Options {
    float temperature = 0;
    std::uint64_t seed = 0;
    int vocabulary = 0;  // tokens
    int most = 0;        // tokens
  };

  // tokens: must outlive this.
  DrawnText(const SpeechTokens& tokens, const Options& options);

  // Chooses the next token from the logits [V] after those before, and changes them. False: the
  // text has ended, and the token is not part of it.
  bool Choose(std::span<float> logits);

  // Times and texts, without the end.
  const std::vector<int>& tokens() const { return chosen_; }
  double MeanLogProbability() const;
  // Of the text, in bytes; well above what a transcript may have if it was cut because it repeated
  // itself.
  double CompressionRatio(const Tokenizer& tokenizer) const;

  // The highest that a good text has.
  static constexpr double kMostCompression = 2.4;

 private:
  const SpeechTokens& special_;
  Sampler sampler_;
  std::size_t most_;
  std::vector<int> chosen_;
  double log_probability_ = 0;  // of all, with the end
  bool repeats_ = false;
};

}  // namespace edgevlm
