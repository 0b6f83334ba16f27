// Drafter: proposes the next tokens of a generation at a lower cost than its decoder.
#pragma once

#include <memory>
#include <span>

#include "decode/sampler.h"
#include "decode/sequence.h"
#include "decode/speculate/draft.h"
#include "decode/speculate/pass_costs.h"
#include "decode/thread_groups.h"

namespace edgevlm {

// A drafter's state for one generation, and for those before it in the same conversation. Threads:
// one at a time.
class DraftMemory {
 public:
  virtual ~DraftMemory() = default;

  // Starts a new text, whose first `kept` tokens are those of the previous one.
  virtual void StartReply(int kept) = 0;
};

// One generation's part of a Drafter::Propose call.
struct DraftRequest {
  DraftMemory* memory = nullptr;   // of this drafter
  std::span<const int> text = {};  // tokens of prompt and reply so far, without image rows
  Sequence* sequence = nullptr;    // of the generation: all tokens but the last
  Sampler* sampler = nullptr;      // of the generation
  int max_tokens = 0;              // tokens wanted, 1 to Draft::kMaxTokens
  Draft* draft = nullptr;          // empty; receives the proposal
};

// Drafts never change the decoder's output (Sampler::Verify). Threads: one at a time.
class Drafter {
 public:
  virtual ~Drafter() = default;

  // For a generation of at most `positions` positions.
  virtual std::unique_ptr<DraftMemory> MakeMemory(int positions) const = 0;

  // Proposes for several generations at once; fewer tokens than wanted, or none, without a good
  // guess. Allocates only when this is the largest call yet.
  virtual void Propose(std::span<const DraftRequest> requests,
                       const ThreadGroups& thread_groups) = 0;

  // The cost of one more token for each of n generations, by n; null: negligible.
  virtual const PassCosts* costs() const { return nullptr; }

  // Whether drafts are partially computed rows (Draft::partial).
  virtual bool begins_rows() const { return false; }
};

}  // namespace edgevlm
