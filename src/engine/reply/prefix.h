// Prefix reuse: what a prompt shares with an earlier one is not computed again.
#pragma once

#include "decode/sequence.h"
#include "engine/engine_state.h"
#include "engine/prompt/prompt.h"

namespace edgevlm {

// Leaves in the sequence the longest prefix of the prompt that has been computed before, here or,
// if the engine has a prefix cache, by another session; everything else goes. Returns its rows. The
// last row of the prompt is always computed: its logits are needed. Then, if memory is short, moves
// the sequence's cache to a stronger policy; to a weaker one it returns when it holds nothing.
//   held  what the sequence holds now
// Cost: copies rows that come from the prefix cache.
int ReusePrefix(const EngineState& engine, const Prompt& held, const Prompt& prompt,
                Sequence& sequence);

// Puts what comes before the question, the images above all, into the engine's prefix cache, unless
// memory pressure has moved the sequence's cache. REQUIRES: the sequence has read the prompt.
void SharePrefix(const EngineState& engine, const Prompt& prompt, const Sequence& sequence);

}  // namespace edgevlm
