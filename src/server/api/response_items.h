// Reads the input of /v1/responses.
#pragma once

#include <string>
#include <vector>

#include "server/request_images.h"
#include "server/response_store.h"

namespace edgevlm {

inline constexpr const char* kResponseIdPrefix = "resp_";
inline constexpr const char* kItemIdPrefix = "msg_";

// The stored responses that a request may refer to.
struct KnownResponses {
  ResponseStore& store;
  std::string scope;
};

// The conversation of a request: that of "previous_response_id", then "input", a text or a list of
// items: messages whose content is a text or a list of the parts input_text, input_image,
// output_text and refusal, and {"type": "item_reference"} to the message of a stored response.
// "instructions" are not part of it. Problems name the path: "input[1].content[0].image_url".
std::vector<RequestMessage> ReadResponseInput(Fields& body, RequestImages& images, Problem& problem,
                                              const KnownResponses& known);

}  // namespace edgevlm
