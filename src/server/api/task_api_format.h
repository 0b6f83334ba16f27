// How /caption and /vqa write replies: {"caption" or "answer", "model", "finish_reason", "usage",
// "timings", "request_id", "image", "images"}. Streams as moondream's do: {"chunk": ...} for each
// piece, and
// {"completed": true, ...} with all of the whole reply; {"progress": {...}} where asked for.
#pragma once

#include <memory>
#include <variant>
#include <vector>

#include "server/answer.h"
#include "server/parse/fields.h"
#include "server/reply_fields.h"

namespace edgevlm {

enum class TaskKind { kCaption, kAnswer };

std::shared_ptr<ApiFormat> MakeTaskApiFormat(TaskKind kind, ReplyFacts facts);

// What such a request brings.
struct TaskInput {
  TaskKind kind;
  Json body = {};
  std::vector<std::string> files = {};  // images beside the body
  std::string scope = {};               // ScopeOf
};

std::variant<Ask, ApiError> ReadTask(ServerContext& context, TaskInput input);

}  // namespace edgevlm
