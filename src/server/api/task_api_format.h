// How /caption and /vqa write replies: {"caption" or "answer", "model", "finish_reason", "usage",
// "timings", "request_id", "image", "images", "videos" if there are some}. Streams are like
// moondream's: {"chunk": ...} for each piece, {"completed": true, ...} with all fields of the
// reply, and {"progress": {...}} if requested.
#pragma once

#include <memory>
#include <variant>
#include <vector>

#include "server/answer.h"
#include "server/parse/fields.h"
#include "server/reply_fields.h"

namespace edgevlm {

enum class TaskKind { kCaption, kAnswer };

std::shared_ptr<ApiFormat> MakeTaskApiFormat(TaskKind kind, ReplyMetadata metadata);

// The parts of a /caption or /vqa request.
struct TaskInput {
  TaskKind kind;
  Json body = {};
  std::vector<std::string> files = {};  // images and videos of a form
  std::string scope = {};               // ScopeOf
  RequestOrigin origin = {};            // OriginOf
};

std::variant<Submission, ApiError> ReadTask(ServerContext& context, TaskInput input);

}  // namespace edgevlm
