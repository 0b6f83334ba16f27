// How /v1/completions writes replies: "text_completion" objects.
#pragma once

#include <memory>

#include "server/api/chat_api_format.h"
#include "server/api_format.h"

namespace edgevlm {

// includes_usage: a stream ends with an object without choices that has "usage".
std::shared_ptr<ApiFormat> MakeCompletionsApiFormat(ReplyMetadata metadata,
                                                    const CompletionOptions& options);

}  // namespace edgevlm
