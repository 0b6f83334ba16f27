// WindowDecoder: transcribes one window of sound to tokens.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "audio/log_mel.h"
#include "model/decoder/whisper.h"
#include "tokenizer/tokenizer.h"
#include "transcribe/drawn_text.h"
#include "transcribe/speech_tokens.h"
#include "transcribe/text_batch.h"
#include "transcribe/text_decoder.h"

namespace edgevlm {

// Owns the caches of one transcript. Threads: one at a time.
class WindowDecoder {
 public:
  static constexpr double kWindowSeconds = 30;

  // All must outlive this. run: of all passes.
  WindowDecoder(const WhisperModel& model, const SpeechTokens& tokens, const Tokenizer& tokenizer,
                const Run& run);

  // Faster from now on, with the same results; the first one stays. drafter: of the same model;
  // must outlive this.
  void UseDrafter(const CrossDecoder& drafter) { text_.UseDrafter(drafter); }

  struct Task {
    std::optional<int> language = {};  // none: the most likely one
    bool translate = false;
    std::span<const int> text_before = {};  // tokens of what was said before; the last ones count
    float temperature = 0;                  // of the first try, at most kHighestTemperature
    bool skips_padding = false;             // see TranscribeOptions
  };
  struct Tokens {
    std::optional<int> language = {};  // none: of a model without languages
    std::vector<int> sampled = {};     // times and texts, without the end
    double mean_log_probability = 0;
    double no_speech_probability = 0;
    double compression_ratio = 0;  // of the text
    float temperature = 0;         // that it was drawn with

    // Nobody speaks, if the model is so sure of it and so unsure of what it writes.
    bool IsSilence() const;
  };

  static constexpr float kHighestTemperature = 1;
  static constexpr int kDraws = 5;

  // The most likely tokens, one by one. If they repeat themselves or the model is unsure of them,
  // others are drawn at rising temperatures, kDraws texts at each, of which the most likely one
  // counts (Radford et al. 2022, section 4.5, and their program). If none are better than that,
  // those that it is least unsure of count. Undefined once run.IsOver().
  //   samples  at 16 kHz, 0.1 to 30 s; the same samples give the same tokens
  Tokens Decode(std::span<const float> samples, const Task& task);

 private:
  // As so many frames; zeros follow the sound.
  void Encode(std::span<const float> samples, int frames);
  int MostLikelyLanguage(std::span<const float> logits) const;
  // Reads all that comes before the tokens of the window, into an empty text. Returns the logits
  // [V] after it, and what the model says of the window in `found`.
  std::vector<float> ReadPrompt(const Task& task, Tokens& found);
  DrawnText NewText(float temperature, int seed) const;
  // Draws tokens at a temperature after the prompt, whose logits [V] these are. attempt: from 0;
  // each has its own random numbers.
  void Draw(std::span<const float> after_prompt, int attempt, Tokens& found);
  DrawnText DrawLikeliest(std::span<const float> after_prompt);
  DrawnText DrawBest(std::span<const float> after_prompt, int attempt, float temperature);
  // The first try alone, without padding; nothing where there is none, or if it is not good.
  std::optional<Tokens> DecodeWithoutPadding(std::span<const float> samples, const Task& task);

  const WhisperModel& model_;
  const SpeechTokens& tokens_;
  const Tokenizer& tokenizer_;
  const Run& run_;
  LogMel log_mel_;
  Workspace workspace_;
  TextDecoder text_;
  int prompt_end_ = 0;              // of the text, tokens
  std::optional<TextBatch> draws_;  // made when they are first needed
};

}  // namespace edgevlm
