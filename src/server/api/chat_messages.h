// Reads the messages of a conversation in the format of OpenAI's API.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/request_images.h"
#include "server/tools/tool.h"

namespace edgevlm {

inline constexpr std::size_t kMaxMessages = 1024;
inline constexpr std::size_t kMaxParts = 1024;  // of one message

// Nothing for a role that conversations do not have.
std::optional<Role> RoleNamed(const std::string& name);

// A part with a video: its "video_url", a text or {"url"}, or "input_video", base64 or {"data"}.
RequestPart ReadVideo(Fields& part, RequestImages& images);

// Contents are strings, or lists of parts {"type": "text", "text"}, {"type": "image_url",
// "image_url": {"url"}}, {"type": "input_audio", "input_audio": {"data"}} and videos (ReadVideo) in
// any order; the assistant's may be missing or null, which is empty, and it may have "tool_calls".
// The role "tool" has what a call returned. form: how the model was trained to write these.
// Problems name the path: "messages[1].content[0]".
std::vector<RequestMessage> ReadChatMessages(Fields& body, RequestImages& images, Problem& problem,
                                             ToolForm form);

// A part {"type": "input_audio"}, if the request's sounds are read.
RequestPart ReadSound(Fields& part, const RequestImages& images);

}  // namespace edgevlm
