// One more token of a draft, from the logits of whoever drafts.
#pragma once

#include <span>

#include "decode/speculate/drafter.h"

namespace edgevlm {

// Chooses as the generation's options say, appends the token to the draft, and the distribution
// that it was drawn from. logits: [V].
void DrawDraft(const DraftRequest& request, std::span<const float> logits);

}  // namespace edgevlm
