// Draws one more token of a draft from the drafter's logits.
#pragma once

#include <span>

#include "decode/speculate/drafter.h"

namespace edgevlm {

// Chooses with the generation's sampling options; appends the token and the distribution that it
// was drawn from to the draft. logits: [V].
void DrawDraft(const DraftRequest& request, std::span<const float> logits);

}  // namespace edgevlm
