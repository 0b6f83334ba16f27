// NgramDrafter: proposes what followed the last tokens earlier in the text.
#pragma once

#include "decode/speculate/drafter.h"

namespace edgevlm {

// Searches the prompt, this reply and the earlier conversation. Costs about a microsecond per
// token. Pays off where texts repeat: documents, code, forms, the same camera.
class NgramDrafter final : public Drafter {
 public:
  std::unique_ptr<DraftMemory> MakeMemory(int positions) const override;
  void Propose(std::span<const DraftRequest> requests, const ThreadGroups& thread_groups) override;
};

}  // namespace edgevlm
