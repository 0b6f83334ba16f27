// How /v1/chat/completions writes replies: "chat.completion" and "chat.completion.chunk" objects.
#pragma once

#include <memory>

#include "server/api_format.h"
#include "server/reply_fields.h"

namespace edgevlm {

// includes_usage: a stream ends with a chunk without choices that has "usage" and "timings".
std::shared_ptr<ApiFormat> MakeChatApiFormat(ReplyMetadata metadata, bool includes_usage);

}  // namespace edgevlm
