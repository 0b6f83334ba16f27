// How /v1/chat/completions writes replies: "chat.completion" and "chat.completion.chunk" objects.
#pragma once

#include <memory>

#include "server/api_format.h"
#include "server/reply_fields.h"

namespace edgevlm {

// includes_usage: a stream ends with a chunk that has no choices and tells the tokens.
std::shared_ptr<ApiFormat> MakeChatApiFormat(ReplyFacts facts, bool includes_usage);

}  // namespace edgevlm
