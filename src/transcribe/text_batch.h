// TextBatch: computes the logits of several texts about the same window.
#pragma once

#include <span>
#include <vector>

#include "model/decoder/whisper.h"

namespace edgevlm {

// The texts grow by a token each in one pass, which reads the weights once. Threads: one at a time.
class TextBatch {
 public:
  // Memory: `texts` caches. All must outlive this.
  TextBatch(const WhisperModel& model, int texts, const Run& run);

  // All texts become the first n tokens of the one in `cache`. REQUIRES: of the model's shape.
  void Start(const SequenceCache& cache, int n);

  struct Token {
    int text = 0;  // index of the text that it is added to
    int id = 0;
  };
  // At most one token a text. The logits after tokens[i] are Logits(i), which the caller may
  // change. Undefined once run.IsOver(). REQUIRES: the texts have room for them; `cross` is what
  // they are about.
  void Add(std::span<const Token> tokens, const CrossCache& cross);
  std::span<float> Logits(int index);  // [V]

 private:
  const WhisperModel& model_;
  const Run& run_;
  Workspace workspace_;
  std::vector<SequenceCache> caches_;
  std::vector<TokenSpan> pass_;
  std::vector<float> logits_;  // [texts, V]
};

}  // namespace edgevlm
