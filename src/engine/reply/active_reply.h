// ActiveReply: one reply from its prompt to its text. A Session steps one alone, a Scheduler many
// in one batch; everything else that replies have in common is here.
#pragma once

#include <optional>

#include "base/stopwatch.h"
#include "decode/generation.h"
#include "engine/engine_state.h"
#include "engine/prompt/prompt.h"
#include "engine/reply/token_clock.h"

namespace edgevlm {

// Threads: one at a time.
class ActiveReply {
 public:
  // prompt, sequence, speculation: must outlive it.
  //   reused_rows  prompt rows that the sequence already holds: ReusePrefix
  //   speculation  of the batch decoder's drafter; null: none
  // REQUIRES: !Validate(options).
  ActiveReply(const EngineState& engine, const Prompt& prompt, int reused_rows, Sequence& sequence,
              const DecodeOptions& options, OnText on_text, Speculation* speculation);

  // Step it until it is finished, and call Update after each step.
  Generation& generation() { return generation_; }

  // Notes when tokens were chosen. After the whole prompt is prefilled: stops the prefill timer and
  // caches the prefix. Where the sequence becomes longer than its rotary angles are meant for, lets
  // it be computed again.
  void Update();

  // Text, tokens and their counters, and the timings of prefill and generation. REQUIRES:
  // generation().finished(). Call once.
  Reply MakeReply();

  // The contents of the sequence after MakeReply: prompt and reply, without the last token chosen.
  Prompt Held() const;

 private:
  const EngineState& engine_;
  const Prompt& prompt_;
  const int reused_rows_;
  Sequence& sequence_;
  Stopwatch watch_;
  std::optional<double> prefill_ms_;
  Generation generation_;
  TokenClock clock_;
  std::vector<int> tokens_;  // chosen; empty before MakeReply
};

}  // namespace edgevlm
