// The rules by which a transcript is chosen from logits (Radford et al. 2022, section 4.5).
#pragma once

#include <span>

#include "transcribe/speech_tokens.h"

namespace edgevlm {

// Sets to minus infinity what cannot follow `sampled`, the tokens after the prompt:
//   - tokens that are no speech; as the first one, a blank or the end;
//   - a text before the first time, and a first time after one second;
//   - anything but a time or the end after a time that ends a segment, and a time after the one
//     that starts it;
//   - a time before an earlier one, and a segment of no length;
//   - texts, if all times together are more likely than any of them;
//   - what has no logit but NaN.
//   logits  [V]
// One of them is left.
void ApplyTokenRules(const SpeechTokens& tokens, std::span<const int> sampled,
                     std::span<float> logits);

// How many of the last tokens only repeat a phrase before them, as when a decoder is caught in a
// loop; 0 unless it is there four times. Times count as equal.
int RepeatedTokens(const SpeechTokens& tokens, std::span<const int> sampled);

}  // namespace edgevlm
