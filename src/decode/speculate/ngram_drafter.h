// NgramDrafter: what followed these words before will follow them again.
#pragma once

#include "decode/speculate/drafter.h"

namespace edgevlm {

// Looks in the prompt, in this reply and in what was said earlier in the conversation. Costs about
// a microsecond per token. Pays where texts repeat: documents, code, forms, the same camera.
class NgramDrafter final : public Drafter {
 public:
  std::unique_ptr<DraftMemory> MakeMemory(int positions) const override;
  void Propose(std::span<const DraftRequest> requests, const ThreadGroups& thread_groups) override;
};

}  // namespace edgevlm
