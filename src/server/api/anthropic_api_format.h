// How /v1/messages writes replies: a "message" object, or events that build one.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/api_format.h"
#include "server/reply_fields.h"

namespace edgevlm {

// stops: the stop sequences of the request.
std::shared_ptr<ApiFormat> MakeAnthropicApiFormat(ReplyMetadata metadata,
                                                  std::vector<std::string> stops);

}  // namespace edgevlm
