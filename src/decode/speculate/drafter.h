// Drafter: guesses what a generation will say next, cheaper than its decoder says it.
#pragma once

#include <memory>
#include <span>

#include "decode/sampler.h"
#include "decode/sequence.h"
#include "decode/speculate/draft.h"
#include "decode/speculate/pass_costs.h"
#include "decode/thread_groups.h"

namespace edgevlm {

// What a drafter keeps of one generation, and of those before it in the same conversation. Threads:
// one at a time.
class DraftMemory {
 public:
  virtual ~DraftMemory() = default;

  // A new text begins. Its first `kept` tokens are those of the one before.
  virtual void StartReply(int kept) = 0;
};

// One generation's part of a call of Drafter::Propose.
struct DraftRequest {
  DraftMemory* memory = nullptr;   // of this drafter
  std::span<const int> text = {};  // tokens of prompt and reply so far, without rows of images
  Sequence* sequence = nullptr;    // of the generation: all tokens but the last
  Sampler* sampler = nullptr;      // of the generation
  int most = 0;                    // tokens wanted, 1 to Draft::kMostTokens
  Draft* draft = nullptr;          // empty; receives the proposal
};

// Whatever it proposes, the text stays the decoder's own (verify.h). Threads: one at a time.
class Drafter {
 public:
  virtual ~Drafter() = default;

  // For a generation of at most so many positions.
  virtual std::unique_ptr<DraftMemory> MakeMemory(int positions) const = 0;

  // Proposes for several generations at once; less than wanted, or nothing, where it has no idea.
  // Allocates only when this is the largest call yet.
  virtual void Propose(std::span<const DraftRequest> requests,
                       const ThreadGroups& thread_groups) = 0;

  // What one more token for each of so many generations costs; null: nothing worth counting.
  virtual const PassCosts* costs() const { return nullptr; }

  // Whether drafts are begun rows (Draft::begun).
  virtual bool begins_rows() const { return false; }
};

}  // namespace edgevlm
