// TokenDrafter: guesses the next tokens of a transcript.
#pragma once

#include <span>
#include <vector>

#include "decode/speculate/pass_costs.h"
#include "model/decoder/whisper.h"
#include "transcribe/speech_tokens.h"

namespace edgevlm {

// Guesses with a copy of the decoder that computes in int8, by the same rules, so that nearly all
// guesses are right. Threads: one at a time.
class TokenDrafter {
 public:
  // All must outlive this. run: of the decoder that the tokens are for.
  TokenDrafter(const CrossDecoder& decoder, const SpeechTokens& tokens, const Run& run);

  // The next text is about other features.
  void Restart();

  // The most likely tokens after a text, at most `most`; fewer where the transcript would end, or
  // the context. Valid until the next call. Undefined once run.IsOver().
  //   text     from the start of the prompt on; what it has in common with the one before is not
  //            computed again
  //   sampled  the tokens of it after the prompt
  //   cross    of the decoder that the tokens are for
  std::span<const int> Propose(std::span<const int> text, std::span<const int> sampled, int most,
                               const CrossCache& cross);

  // Of one token.
  const PassCosts& costs() const { return costs_; }

 private:
  // The logits [V] after these tokens, which follow those in the cache.
  std::span<float> Next(std::span<const int> ids, const CrossCache& cross);

  const CrossDecoder& decoder_;
  const SpeechTokens& tokens_;
  Run run_;
  Workspace workspace_;
  SequenceCache cache_;
  std::vector<int> held_;      // tokens in the cache
  std::vector<int> sampled_;   // of a proposal: those after the prompt, and what is guessed
  std::vector<float> logits_;  // [V]
  PassCosts costs_;
};

}  // namespace edgevlm
