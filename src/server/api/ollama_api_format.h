// How Ollama's API writes replies: one JSON object per line, times in nanoseconds.
#pragma once

#include <memory>

#include "server/api_format.h"
#include "server/reply_fields.h"

namespace edgevlm {

enum class OllamaKind { kGenerate, kChat };  // "response", or "message" with a role

std::shared_ptr<ApiFormat> MakeOllamaApiFormat(OllamaKind kind, ReplyMetadata metadata);

}  // namespace edgevlm
