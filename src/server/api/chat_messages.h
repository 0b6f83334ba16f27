// The messages of a conversation, as OpenAI's API writes them.
#pragma once

#include <string>
#include <vector>

#include "server/images.h"

namespace edgevlm {

inline constexpr std::size_t kMaxMessages = 1024;
inline constexpr std::size_t kMaxParts = 1024;  // of one message

// Contents are texts, or lists of parts {"type": "text", "text"} and {"type": "image_url",
// "image_url": {"url"}} in any order; the assistant's may be missing or null, which is no words.
// Problems name the field: "messages[1].content[0]".
std::vector<RequestMessage> ReadChatMessages(Fields& body, Images& images, Problem& problem);

}  // namespace edgevlm
