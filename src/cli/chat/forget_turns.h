// Drops the oldest exchanges of a conversation that no longer fits the context.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "edgevlm/edgevlm.h"

namespace edgevlm {

// Counts the prompt tokens of these messages; kTooLarge: more than fit.
using CountTokens = std::function<Result<int>(std::span<const Message> messages)>;

struct RemainingContext {
  int context_tokens = 0;
  int reply_tokens = 0;  // maximum of a reply
};

// Returns the messages, whose last is the user's, if prompt and reply fit the context; else drops
// the oldest exchanges until half of the capacity for earlier ones is free: a prefix shared with
// the previous prompt need not be computed again, and right after dropping exchanges little is
// shared. The system's message and the last one stay, as do the latest images, which move to the
// first remaining message of the user's, unless they leave no capacity for a reply. The last
// message may still be too long. If it takes so much that the reply does not fit with it, two
// thirds of the rest are kept free for the reply.
// Errors: those of `count`, except for kTooLarge. Cost: a count for each dropped exchange.
Result<std::vector<Message>> ForgetOldTurns(std::span<const Message> messages,
                                            const RemainingContext& remaining,
                                            const CountTokens& count);

}  // namespace edgevlm
