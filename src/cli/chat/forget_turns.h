// What of a conversation still fits the context, with room for a reply.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "edgevlm/edgevlm.h"

namespace edgevlm {

// How many tokens the prompt of these messages takes; kTooLarge: more than can be.
using CountTokens = std::function<Result<int>(std::span<const Message> messages)>;

struct RemainingContext {
  int context_tokens = 0;
  int reply_tokens = 0;  // that a reply may have at most
};

// The messages, whose last is the user's, if prompt and reply fit the context; else without the
// oldest exchanges, until half of what earlier ones may take is free: what a prompt has in common
// with the one before need not be read again, and that is little right after something was
// forgotten. The system's message and the last one stay, as do the images shown last, which move to
// the first message of the user's that is left, unless they leave no room for a reply.
// The last message may be too long all the same. Where it takes so much that the reply does not fit
// beside it, two thirds of the rest are kept free for that.
// Errors: those of `count`, but for kTooLarge. Cost: a count for each exchange forgotten.
Result<std::vector<Message>> ForgetOldTurns(std::span<const Message> messages,
                                            const RemainingContext& remaining,
                                            const CountTokens& count);

}  // namespace edgevlm
