// WindowDecoder: transcribes one window of sound to tokens.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "audio/log_mel.h"
#include "model/decoder/whisper.h"
#include "transcribe/speech_tokens.h"

namespace edgevlm {

// Owns the caches of one transcript. Threads: one at a time.
class WindowDecoder {
 public:
  static constexpr double kWindowSeconds = 30;

  // All must outlive this. run: of all passes.
  WindowDecoder(const WhisperModel& model, const SpeechTokens& tokens, const Run& run);

  struct Task {
    std::optional<int> language;  // none: the most likely one
    bool translate = false;
  };
  struct Tokens {
    std::optional<int> language;  // none: of a model without languages
    std::vector<int> sampled;     // times and texts, without the end
    double mean_log_probability = 0;
    double no_speech_probability = 0;
  };

  // The most likely tokens, one by one.
  //   samples  at 16 kHz, 30 s at most
  Tokens Decode(std::span<const float> samples, const Task& task);

 private:
  void Encode(std::span<const float> samples);
  // The logits [V] after these tokens, which follow those before.
  std::span<float> Next(std::span<const int> ids);
  int MostLikelyLanguage(std::span<const float> logits) const;

  const WhisperModel& model_;
  const SpeechTokens& tokens_;
  const Run& run_;
  LogMel log_mel_;
  Workspace workspace_;
  CrossCache cross_;
  SequenceCache cache_;
  std::vector<float> logits_;  // [V]
};

}  // namespace edgevlm
