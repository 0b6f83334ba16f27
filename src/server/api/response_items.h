// Reads the input of /v1/responses.
#pragma once

#include <string>
#include <vector>

#include "server/request_images.h"
#include "server/response_store.h"
#include "server/tools/tool.h"

namespace edgevlm {

inline constexpr const char* kResponseIdPrefix = "resp_";
// Of messages and of calls; behind the response's own part, the id of an item may have more.
inline constexpr const char* kItemIdPrefix = "msg_";
inline constexpr const char* kCallIdPrefix = "fc_";

// The stored responses that a request may refer to.
struct KnownResponses {
  ResponseStore& store;
  std::string scope;
};

// The conversation of a request: that of "previous_response_id", then "input", a text or a list of
// items: messages whose content is a text or a list of the parts input_text, input_image,
// input_audio, output_text and refusal; {"type": "function_call", "name", "arguments"} and {"type":
// "function_call_output", "output"}; {"type": "item_reference"} to an item of a stored response;
// and
// {"type": "reasoning"}, which is left out. "instructions" are not part of it. form: how the model
// was trained to write calls. Problems name the path: "input[1].content[0].image_url".
std::vector<RequestMessage> ReadResponseInput(Fields& body, RequestImages& images, Problem& problem,
                                              const KnownResponses& known, ToolForm form);

}  // namespace edgevlm
