#include "decode/speculate/draw_draft.h"

namespace edgevlm {

void DrawDraft(const DraftRequest& request, std::span<const float> logits) {
  Draft& draft = *request.draft;
  std::span<float> probabilities;
  if (!request.sampler->is_greedy()) {
    draft.probabilities.resize(Draft::kMaxTokens * logits.size());
    probabilities =
        std::span(draft.probabilities).subspan(draft.tokens.size() * logits.size(), logits.size());
  }
  draft.tokens.push_back(request.sampler->Draft(logits, probabilities));
}

}  // namespace edgevlm
