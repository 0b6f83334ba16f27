// Speculation: a generation's side of it. What its drafter remembers, and how well that guessed.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "decode/speculate/draft.h"
#include "decode/speculate/draft_plan.h"
#include "decode/speculate/drafter.h"

namespace edgevlm {

// Kept from reply to reply of a conversation: earlier answers are where the next one may be found.
// Threads: one at a time.
class Speculation {
 public:
  // positions: of the generation's sequence.
  Speculation(const Drafter& drafter, int positions);

  // A reply to this prompt begins. prompt: all its tokens, without rows of images.
  void StartReply(std::span<const int> prompt);

  // The generation chose a token.
  void Add(int token) { text_.push_back(token); }

  // For the next proposal of at most so many tokens, into draft().
  DraftRequest Request(int most, Sequence& sequence, Sampler& sampler);
  const Draft& draft() const { return draft_; }

  // The draft is done with. So many of its tokens were accepted, so many were looked at.
  void Learn(int accepted, int checked);

  double probability() const { return acceptance_.probability(); }
  int drafted() const { return drafted_; }    // tokens of this reply
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
