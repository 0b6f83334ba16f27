// Normalizes messages as clients send them into those that prompt styles write. For engine/ only.
#pragma once

#include <span>
#include <vector>

#include "edgevlm/edgevlm.h"

namespace edgevlm {

// Neighbors of one role become one message, with an empty line between two texts. Empty messages
// are dropped, except for a reply between two others and a last message of the user's. Where system
// messages may only come first, all of their texts are joined in one, the first message. Messages
// with calls of tools or their results stay by themselves. Empty texts are dropped from the parts.
// O(n), texts are copied.
std::vector<Message> ArrangeMessages(std::span<const Message> messages, bool system_anywhere);

}  // namespace edgevlm
