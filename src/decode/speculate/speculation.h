// Speculation: a generation's drafting state: its drafter's memory, and its acceptance rate.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "decode/speculate/draft.h"
#include "decode/speculate/draft_plan.h"
#include "decode/speculate/drafter.h"

namespace edgevlm {

// Kept from reply to reply of a conversation, since earlier answers may contain the next one.
// Threads: one at a time.
class Speculation {
 public:
  // positions: of the generation's sequence.
  Speculation(const Drafter& drafter, int positions);

  // Starts a reply. prompt: all tokens of the prompt, without image rows.
  void StartReply(std::span<const int> prompt);

  // Adds a token that the generation chose.
  void Add(int token) { text_.push_back(token); }

  // The request for the next proposal of at most `max_tokens`, into draft().
  DraftRequest Request(int max_tokens, Sequence& sequence, Sampler& sampler);
  const Draft& draft() const { return draft_; }

  // Records the result of a draft: `accepted` of the `checked` tokens were accepted.
  void Learn(int accepted, int checked);

  double probability() const { return acceptance_.probability(); }
  int drafted() const { return drafted_; }    // in this reply
  int accepted() const { return accepted_; }  // of them

 private:
  std::unique_ptr<DraftMemory> memory_;
  std::vector<int> text_;  // of prompt and reply
  Draft draft_;
  Acceptance acceptance_;
  int drafted_ = 0;
  int accepted_ = 0;
};

}  // namespace edgevlm
