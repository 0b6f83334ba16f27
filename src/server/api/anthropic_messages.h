// Reads the messages of a conversation in the format of Anthropic's API.
#pragma once

#include <vector>

#include "server/request_images.h"

namespace edgevlm {

// "system", a text or a list of text blocks, then "messages" of user and assistant: texts, or lists
// of the blocks {"type": "text", "text"} and {"type": "image", "source": {"type": "base64",
// "data"}} or {"type": "url", "url"}. "cache_control" has no effect. Problems name the path:
// "messages[1].content[0].source".
std::vector<RequestMessage> ReadAnthropicMessages(Fields& body, RequestImages& images,
                                                  Problem& problem);

}  // namespace edgevlm
