// How /v1/completions writes replies: "text_completion" objects.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "server/api/chat_api_format.h"
#include "server/api_format.h"

namespace edgevlm {

struct TextCompletionOptions {
  CompletionOptions common;  // its chunk with "usage" has no choices and no "timings"
  std::string echo;          // in front of each reply
  std::optional<int> best;   // show so many: those whose tokens were the most probable on average.
                             // Of replies that are sent as a whole, with their token choices.
};

std::shared_ptr<ApiFormat> MakeCompletionsApiFormat(ReplyMetadata metadata,
                                                    const TextCompletionOptions& options);

}  // namespace edgevlm
