#include "decode/speculate/draw_draft.h"

namespace edgevlm {

void DrawDraft(const DraftRequest& request, std::span<const float> logits) {
  Draft& draft = *request.draft;
  std::span<float> chances;
  if (!request.sampler->is_greedy()) {
    draft.chances.resize(Draft::kMostTokens * logits.size());
    chances = std::span(draft.chances).subspan(draft.tokens.size() * logits.size(), logits.size());
  }
  draft.tokens.push_back(request.sampler->Draft(logits, chances));
}

}  // namespace edgevlm
