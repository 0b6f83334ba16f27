// Reads the messages of a conversation in the format of Anthropic's API.
#pragma once

#include <vector>

#include "server/request_images.h"
#include "server/tools/tool.h"

namespace edgevlm {

// "system", a text or a list of text blocks, then "messages" of user and assistant: texts, or lists
// of the blocks {"type": "text", "text"} and {"type": "image", "source": {"type": "base64",
// "data"}} or {"type": "url", "url"}. The assistant's may have {"type": "tool_use", "name",
// "input"}, the user's {"type": "tool_result", "content"}, which comes before the rest of the
// message. Earlier thoughts ("thinking") are left out. "cache_control" has no effect. form: how the
// model was trained to write calls. Problems name the path: "messages[1].content[0].source".
std::vector<RequestMessage> ReadAnthropicMessages(Fields& body, RequestImages& images,
                                                  Problem& problem, ToolForm form);

}  // namespace edgevlm
