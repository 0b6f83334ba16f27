// SpeculationOptions: tokens of a reply are drafted and then verified several at once.
#pragma once

#include <string>

#include "edgevlm/result.h"

namespace edgevlm {

// Speculative decoding (Leviathan et al. 2023). Accepted drafts make a reply faster; no draft
// changes it: greedy replies stay the same token for token, and so do sampled ones with "ngram";
// with a model's drafts they keep their distribution.
struct SpeculationOptions {
  // What drafts:
  //   "off"      nothing
  //   "ngram"    what followed the same tokens before: in the prompt, in this reply, in earlier
  //              ones of the session
  //   "self"     the model's own first blocks, up to its first trained exit; "self:N": N blocks
  //   FILE.gguf  a smaller model with the same vocabulary; it gets no images
  std::string drafter = "off";
  // Tokens per draft, 1 to 16; 0: as many as pay off on this machine, possibly none.
  int draft_tokens = 0;
};

// Checks everything that can be checked without files. Errors: kInvalid.
MaybeError Validate(const SpeculationOptions& options);

}  // namespace edgevlm
