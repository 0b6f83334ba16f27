// Prefix reuse: the part of a prompt that an earlier one shares is not computed again.
#pragma once

#include "decode/sequence.h"
#include "engine/engine_state.h"
#include "engine/prompt/prompt.h"

namespace edgevlm {

// Leaves in the sequence the longest prefix of the prompt that has been computed before, here or,
// if the engine has a prefix cache, by another session; drops everything else. Returns its rows.
// The last row of the prompt is always computed: its logits are needed. Then, under memory
// pressure, converts the sequence's cache to a more compact policy; a less compact one is restored
// only when the sequence is empty.
//   held  what the sequence holds now
// Cost: copies rows that come from the prefix cache.
int ReusePrefix(const EngineState& engine, const Prompt& held, const Prompt& prompt,
                Sequence& sequence);

// Copies the prompt's rows, as far as they can be, from a sequence that holds it into an empty one
// of the same cache policy. Returns their number; as above, the last one is never among them.
int CopyPrompt(const Prompt& prompt, const Sequence& from, Sequence& to);

// Stores what comes before the question, the images above all, in the engine's prefix cache, unless
// memory pressure has converted the sequence's cache. REQUIRES: the sequence holds the prompt.
void SharePrefix(const EngineState& engine, const Prompt& prompt, const Sequence& sequence);

}  // namespace edgevlm
