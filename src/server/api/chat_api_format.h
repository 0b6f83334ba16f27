// How /v1/chat/completions writes replies: "chat.completion" and "chat.completion.chunk" objects.
#pragma once

#include <memory>

#include "server/api_format.h"
#include "server/reply_fields.h"

namespace edgevlm {

// Also of /v1/completions.
struct CompletionOptions {
  bool includes_usage = false;  // a stream ends with a chunk without choices that has "usage" and
                                // "timings"
  int replies = 1;              // of the request
  bool has_logprobs = false;
};

std::shared_ptr<ApiFormat> MakeChatApiFormat(ReplyMetadata metadata,
                                             const CompletionOptions& options);

}  // namespace edgevlm
