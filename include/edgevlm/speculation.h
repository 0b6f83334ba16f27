// SpeculationOptions: tokens of a reply guessed beforehand and checked several at once.
#pragma once

#include <string>

#include "edgevlm/result.h"

namespace edgevlm {

// Speculative decoding (Leviathan et al. 2023). A guess that is right makes a reply come faster; no
// guess changes it: greedy replies stay the same token for token, and so do drawn ones with
// "ngram"; with a model's guesses they have the same distribution.
struct SpeculationOptions {
  // Who guesses:
  //   "off"      nobody
  //   "ngram"    what followed these words before: in the prompt, in this reply, in earlier ones of
  //              the session
  //   "self"     the model's own first blocks, up to its first trained exit; "self:N": N blocks
  //   FILE.gguf  a smaller model with the same vocabulary; it never sees an image
  std::string drafter = "off";
  // Tokens guessed at once, 1 to 16; 0: as many as pay on this machine, none if it does not pay.
  int draft_tokens = 0;
};

// Checks all that can be known without files. Errors: kInvalid.
MaybeError Validate(const SpeculationOptions& options);

}  // namespace edgevlm
