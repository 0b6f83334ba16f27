// From messages as clients send them to the turns that prompt styles write. For engine/ only.
#pragma once

#include <span>
#include <vector>

#include "edgevlm/edgevlm.h"

namespace edgevlm {

// Neighbors of one role become one message, with an empty line between two texts. Messages that say
// nothing are left out, but for a reply between two others and a last message of the user's. Where
// system messages cannot stand anywhere, all of their texts go into one, the first message.
// Empty texts are left out of the parts. O(n), texts are copied.
std::vector<Message> ArrangeMessages(std::span<const Message> messages, bool system_anywhere);

}  // namespace edgevlm
