// TextDecoder: computes the logits of a transcript, token by token.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "decode/speculate/draft_plan.h"
#include "decode/speculate/pass_costs.h"
#include "model/decoder/whisper.h"
#include "transcribe/speech_tokens.h"
#include "transcribe/token_drafter.h"

namespace edgevlm {

// Owns the caches of one text about the features of a window. With a drafter, the logits after
// several tokens are computed in one pass, which reads the weights once (Leviathan et al. 2023).
// They have the same bits with and without it. Threads: one at a time.
class TextDecoder {
 public:
  // All must outlive this, also below.
  TextDecoder(const WhisperModel& model, const SpeechTokens& tokens, const Run& run);

  // From now on; the first one stays.
  void UseDrafter(const CrossDecoder& drafter);

  int vocabulary() const { return model_.decoder->shape().vocabulary; }
  int capacity() const { return cache_.capacity(); }             // tokens
  int length() const { return static_cast<int>(text_.size()); }  // of the text, tokens

  // What a batch of texts that continue this one starts from, and is about.
  const SequenceCache& cache() const { return cache_; }
  const CrossCache& cross() const { return cross_; }

  // Reads a window; the text is empty then.
  //   features  [R, E]
  void ReadFeatures(View<const float> features);

  // Cuts the text back to its first n tokens. REQUIRES: 0 <= n <= length().
  void TruncateTo(int n);

  // Adds tokens of a prompt. The logits [V] after them: the caller may change them, and they are
  // valid until the next call. Undefined once run.IsOver(), also below. REQUIRES: the tokens fit.
  std::span<float> Add(std::span<const int> ids);

  // The same for the last of the tokens that follow the prompt, which was chosen by the rules.
  std::span<float> AddLast(std::span<const int> sampled);

 private:
  // Learns from the draft of the last pass, and drops what its other rows computed.
  void DropAhead();
  // One pass. logits_ then has those after the last `logits_rows` of the tokens.
  void Forward(std::span<const int> ids, int logits_rows);
  int PlanDraft() const;
  std::span<float> Logits(std::size_t row);

  const WhisperModel& model_;
  const SpeechTokens& tokens_;
  const Run& run_;
  Workspace workspace_;
  CrossCache cross_;
  SequenceCache cache_;
  std::optional<TokenDrafter> drafter_;
  std::vector<int> text_;
  // The drafted tokens of the last pass, [D]; logits_ has those before each of them and after all.
  // The first `right_` of them are in the text now.
  std::vector<int> ahead_;
  std::size_t right_ = 0;
  std::vector<int> pass_;      // tokens of one
  std::vector<float> logits_;  // [rows, V]
  Acceptance acceptance_;
  PassCosts costs_;
};

}  // namespace edgevlm
